"""Call a web service."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from venturi.batteries.callables import wanted_kwargs
from venturi.batteries.hooks.http import HttpHook
from venturi.sdk.exceptions import AirflowException
from venturi.sdk.operator import BaseOperator


class HttpOperator(BaseOperator):
    """Sends a request; the text of the response is the task's result.

    endpoint              path behind the connection's address, or a whole address
    method                default POST
    data                  query of GET, HEAD and DELETE; else body: a dict as form, or text
    headers               further headers
    response_check        function of the response (and what it names of the context); false fails
                          the task
    response_filter       function of the response that makes the task's result
    extra_options         timeout, verify, cert, proxy, allow_redirects, check_response, ...
    pagination_function   function of the response that returns what to change for the next page
                          (endpoint, data, headers, extra_options), or None at the end; the result
                          is then a list
    http_conn_id          connection; default http_default
    log_response          write the response into the log
    auth_type             class of httpx2 that makes authentication of login and password
    request_kwargs        further arguments of the request, e.g. json
    """

    template_fields: Sequence[str] = ("endpoint", "data", "headers", "request_kwargs")
    template_fields_renderers = {"headers": "json", "data": "py"}
    template_ext: Sequence[str] = ()
    ui_color = "#f3d9b1"

    def __init__(
        self,
        *,
        endpoint: str | None = None,
        method: str = "POST",
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        response_check: Callable[..., Any] | None = None,
        response_filter: Callable[..., Any] | None = None,
        extra_options: Mapping[str, Any] | None = None,
        pagination_function: Callable[..., Any] | None = None,
        http_conn_id: str = "http_default",
        log_response: bool = False,
        auth_type: Any = None,
        request_kwargs: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.endpoint = endpoint
        self.method = method
        self.data = data if data is not None else {}
        self.headers = dict(headers or {})
        self.response_check = response_check
        self.response_filter = response_filter
        self.extra_options = dict(extra_options or {})
        self.pagination_function = pagination_function
        self.http_conn_id = http_conn_id
        self.log_response = log_response
        self.auth_type = auth_type
        self.request_kwargs = dict(request_kwargs or {})

    @property
    def hook(self) -> HttpHook:
        """A hook for the service."""
        return HttpHook(self.method, self.http_conn_id, auth_type=self.auth_type)

    def execute(self, context: Mapping[str, Any]) -> Any:
        wanted: dict[str, Any] = {
            "endpoint": self.endpoint,
            "data": self.data,
            "headers": self.headers,
            "extra_options": self.extra_options,
        }
        response = self._ask(wanted, context)
        if self.pagination_function is None:
            return self._result_of(response, context)
        results = [self._result_of(response, context)]
        while change := self.pagination_function(response):
            for name, value in change.items():
                both = isinstance(value, Mapping) and isinstance(wanted.get(name), Mapping)
                wanted[name] = {**wanted[name], **value} if both else value
            response = self._ask(wanted, context)
            results.append(self._result_of(response, context))
        return results

    def _ask(self, wanted: Mapping[str, Any], context: Mapping[str, Any]) -> Any:
        response = self.hook.run(**wanted, **self.request_kwargs)
        if self.log_response:
            self.log.info("%s", response.text)
        if self.response_check is not None:
            kwargs = wanted_kwargs(self.response_check, [response], {}, context)
            if not self.response_check(response, **kwargs):
                raise AirflowException(f"response_check of {self.task_id!r} returned false.")
        return response

    def _result_of(self, response: Any, context: Mapping[str, Any]) -> Any:
        if self.response_filter is None:
            return response.text
        kwargs = wanted_kwargs(self.response_filter, [response], {}, context)
        return self.response_filter(response, **kwargs)


class SimpleHttpOperator(HttpOperator):
    """Name of `HttpOperator` in 1.x and 2.x."""
