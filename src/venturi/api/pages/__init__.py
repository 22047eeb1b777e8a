"""Pages: the built user interface, and plain ones without scripts.

static    the user interface's page and files
old_urls  where addresses of Airflow's interfaces lead
front     the plain page while the interface is not built, the list of operations, OpenAPI
html      text into markup, escaped without exception
"""
