"""The one place where an exception becomes an answer: an OperationOutcome, in the words of `service.errors`."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from service.errors import (
    BodyTooLarge,
    CallError,
    InternalFailure,
    NotServed,
    UnreadableCall,
    WrongMethod,
    operation_outcome,
)
from service.logs import log, where_it_failed
from service.request_log import request_id
from service.responses import json_response
from service.settings import Settings

_SERVER_FAULT = 500

#: Flask answers so where an address is written otherwise than its route, with a slash too many.
_WRITTEN_OTHERWISE = 308


def answer_errors(app: Flask, settings: Settings) -> None:
    """Let the application answer every exception with an OperationOutcome."""

    @app.errorhandler(Exception)
    def _answer(error: Exception) -> Response:
        call_error = _as_call_error(error, settings)
        if isinstance(call_error, InternalFailure):
            log().error("failure", id=request_id(), where=where_it_failed(error))
        response = json_response(operation_outcome(call_error, request_id()), status=call_error.status)
        response.headers.update(call_error.headers)
        if isinstance(call_error, WrongMethod) and call_error.allowed:
            response.headers["Allow"] = ", ".join(call_error.allowed)
        return response

    @app.after_request
    def _stay(response: Response) -> Response:
        if response.status_code == _WRITTEN_OTHERWISE:
            # To the path alone, without a page: Flask names the host that the request names, which may be anybody's word.
            response.data = b""
            response.location = urlsplit(response.location or "")._replace(scheme="", netloc="").geturl()
        return response


def _as_call_error(error: Exception, settings: Settings) -> CallError:
    match error:
        case CallError():
            return error
        case NotFound():
            return NotServed()
        case MethodNotAllowed():
            return WrongMethod(error.valid_methods or ())
        case RequestEntityTooLarge():
            return BodyTooLarge(settings.max_body_mb)
        case HTTPException(code=int(code)) if code < _SERVER_FAULT:
            return UnreadableCall()
        case _:
            return InternalFailure()
