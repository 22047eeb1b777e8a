"""Wait until a web service says so."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from venturi.batteries.callables import wanted_kwargs
from venturi.batteries.hooks.http import HttpHook
from venturi.sdk.sensor import BaseSensorOperator, PokeReturnValue


class HttpSensor(BaseSensorOperator):
    """Asks a web service again and again until it answers well.

    endpoint                        path behind the connection's address, or a whole address
    http_conn_id                    connection; default http_default
    method                          default GET
    request_params                  query or body, as `data` of `HttpOperator`
    headers                         further headers
    response_error_codes_allowlist  statuses that mean "not yet"; default 404. Others of 400 and
                                    above fail the task.
    response_check                  function of the response (and what it names of the context):
                                    whether it is what was waited for
    extra_options, request_kwargs   as those of `HttpOperator`
    deferrable                      wait without a slot: for now by rescheduling
    """

    template_fields: Sequence[str] = ("endpoint", "request_params", "headers")
    ui_color = "#f3d9b1"

    def __init__(
        self,
        *,
        endpoint: str,
        http_conn_id: str = "http_default",
        method: str = "GET",
        request_params: Any = None,
        request_kwargs: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        response_error_codes_allowlist: Sequence[str | int] | None = None,
        response_check: Callable[..., Any] | None = None,
        extra_options: Mapping[str, Any] | None = None,
        deferrable: bool = False,
        **kwargs: Any,
    ) -> None:
        if deferrable:
            kwargs["mode"] = "reschedule"
        super().__init__(**kwargs)
        self.endpoint = endpoint
        self.http_conn_id = http_conn_id
        self.method = method
        self.request_params = request_params
        self.request_kwargs = dict(request_kwargs or {})
        self.headers = dict(headers or {})
        codes = response_error_codes_allowlist
        self.response_error_codes_allowlist = {
            str(each) for each in (("404",) if codes is None else codes)
        }
        self.response_check = response_check
        self.extra_options = dict(extra_options or {})
        self.deferrable = deferrable

    def poke(self, context: Mapping[str, Any]) -> bool | PokeReturnValue:
        hook = HttpHook(self.method, self.http_conn_id)
        options = {**self.extra_options, "check_response": False}
        response = hook.run(
            self.endpoint, self.request_params, self.headers, options, **self.request_kwargs
        )
        if str(response.status_code) in self.response_error_codes_allowlist:
            return False
        if self.extra_options.get("check_response", True):
            hook.check_response(response)
        if self.response_check is None:
            return True
        kwargs = wanted_kwargs(self.response_check, [response], {}, context)
        answer = self.response_check(response, **kwargs)
        return answer if isinstance(answer, PokeReturnValue) else bool(answer)
