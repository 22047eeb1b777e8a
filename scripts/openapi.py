"""`make ui-types`: the OpenAPI document, from which the pages' types are made."""

import json
import sys

from venturi.api.openapi import document
from venturi.api.rest.table import PREFIX, REST

if __name__ == "__main__":
    json.dump(document(PREFIX, REST), sys.stdout)
