"""A HealthChain service that does what `bench.floor_app` does. Started by `bench.peers.healthchain`."""

# mypy: ignore-errors
# HealthChain lives in an environment of its own, so neither it nor its types are known here.

from healthchain.gateway import CDSHooksService, HealthChainAPI
from healthchain.models.requests.cdsrequest import CDSRequest
from healthchain.models.responses.cdsresponse import CDSResponse

service = CDSHooksService()


@service.hook("patient-view", id="bench")
def count_entries(request: CDSRequest) -> CDSResponse:
    """Count the prefetched entries."""
    entries = sum(len(value.get("entry", ())) for value in request.prefetch.values())
    return CDSResponse(cards=[{"summary": f"{entries} entries", "indicator": "info", "source": {"label": "bench"}}])


app = HealthChainAPI(title="bench")
app.register_service(service)
