"""What the demo FHIR server says of itself: its CapabilityStatement, and its SMART configuration."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from importlib.metadata import version
from typing import Any, Final

from service.demo.scopes import WRITABLE
from service.demo.search import PARAMETER_TYPES

#: The resource types that are served, each with the search parameters that are understood for it.
SERVED: Final[Mapping[str, tuple[str, ...]]] = {
    "Patient": ("_id",),
    "Practitioner": (),
    "Condition": ("_id", "patient", "code", "category", "clinical-status"),
    "Observation": ("_id", "patient", "code", "category", "status", "date"),
    "MedicationRequest": ("_id", "patient", "code", "status", "intent", "authoredon"),
    "MedicationStatement": ("_id", "patient", "code", "status"),
    "MedicationAdministration": ("_id", "patient", "code", "status"),
    "Medication": ("_id",),
    "Procedure": ("_id", "patient", "code", "status", "date"),
    "ServiceRequest": ("_id", "patient", "code", "category", "status", "intent"),
    "DiagnosticReport": ("_id", "patient", "code", "category", "status", "date"),
    "AllergyIntolerance": ("_id", "patient", "code", "clinical-status"),
    "QuestionnaireResponse": ("_id", "patient", "questionnaire", "status", "authored"),
}

_OAUTH: Final = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
_SERVICE_CODES: Final = "http://terminology.hl7.org/CodeSystem/restful-security-service"


def capability_statement(base: str, auth: str, today: date) -> dict[str, Any]:
    """The CapabilityStatement of the server at `base`, whose authorization server is at `auth`."""
    addresses = [{"url": name, "valueUri": f"{auth}/{name}"} for name in ("authorize", "token")]
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": today.isoformat(),
        "kind": "instance",
        "software": {"name": "her2-cds demo EHR", "version": version("her2-cds")},
        "implementation": {"description": "Demo EHR of her2-cds. Synthetic patients only.", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [
            {
                "mode": "server",
                "documentation": "Read only, but for answers to questionnaires, which are kept for a day.",
                "security": {
                    "cors": True,
                    "service": [{"coding": [{"system": _SERVICE_CODES, "code": "SMART-on-FHIR"}]}],
                    "extension": [{"url": _OAUTH, "extension": addresses}],
                },
                "resource": [_resource(kind, parameters) for kind, parameters in SERVED.items()],
            }
        ],
    }


def _resource(kind: str, parameters: tuple[str, ...]) -> dict[str, Any]:
    acts = ["read", *(["search-type"] if parameters else []), *(["create"] if kind == WRITABLE else [])]
    listed = [{"name": name, "type": PARAMETER_TYPES[name]} for name in parameters]
    return {
        "type": kind,
        "interaction": [{"code": act} for act in acts],
        **({"searchParam": listed} if listed else {}),
    }


def smart_configuration(base: str, auth: str) -> dict[str, Any]:
    """`.well-known/smart-configuration` of the server at `base`, whose authorization server is at `auth`."""
    return {
        "issuer": base,
        "jwks_uri": f"{auth}/keys",
        "authorization_endpoint": f"{auth}/authorize",
        "token_endpoint": f"{auth}/token",
        "token_endpoint_auth_methods_supported": ["none"],
        "grant_types_supported": ["authorization_code"],
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "scopes_supported": [
            *("openid", "fhirUser", "launch", "launch/patient", "patient/*.read", "patient/*.rs"),
            *("patient/QuestionnaireResponse.write", "patient/QuestionnaireResponse.c"),
        ],
        "capabilities": [
            *("launch-ehr", "launch-standalone", "client-public", "sso-openid-connect"),
            *("context-ehr-patient", "context-standalone-patient", "context-banner"),
            *("permission-patient", "permission-v1", "permission-v2"),
        ],
    }
