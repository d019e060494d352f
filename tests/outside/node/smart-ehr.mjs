// A SMART EHR on loopback for tests: npm `oauth2-mock-server` (authorize, token, JWKS, PKCE, signed JWTs) beside a FHIR server.
//   node smart-ehr.mjs FHIR_BASE        prints {"port", "authPort"} once it listens; ends when its standard input does
// Ours is what makes an OAuth server a SMART EHR: launch contexts, smart-configuration, standalone launch, clients that must prove themselves
// (secret, private_key_jwt), and a guard before FHIR that checks the token: signature, issuer, end, patient, and the scope for each act.
//   POST /_launch {"patient", "encounter", "user", "appContext"}   -> {"launch", "iss"}; a launch may be used once
//   POST /_behave, each replacing all that was said before:
//     {"clients": {ID: {"secret"} or {"jwks"} or {}},     who is registered; at the start `her2-cds`, public
//      "withhold": ["patient/QuestionnaireResponse.c"],   scopes that are asked for and not granted
//      "patient": "p1", "user": "Practitioner/d1",        who is chosen in a standalone launch
//      "configuration": {"token_endpoint": null},         members of smart-configuration, replaced or left out
//      "fault": "invalid_grant"|"no_patient"|"expired"|"slow"|"server"|"html"|"no_token"|"other_nonce"|"other_audience"|"unsigned",
//                                                         bends every token answer
//      "denied": "access_denied",                         the error with which authorization ends
//      "sender": "https://other.example.org"}             the `iss` of the authorization answer; absent: its own; null: none
//   GET /_seen -> {"authorize": [...], "token": [...], "writes": n}: parameters of the requests since the last /_behave
import crypto from 'node:crypto';
import http from 'node:http';
import * as jose from 'jose';
import { OAuth2Server } from 'oauth2-mock-server';

const UPSTREAM = process.argv[2];
const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const START = { clients: { 'her2-cds': {} }, withhold: [], patient: 'sample', user: 'Practitioner/d1', configuration: {}, fault: '', denied: '' };

const auth = new OAuth2Server();
await auth.issuer.keys.generate('RS256');
await auth.start(0, '127.0.0.1');
const AUTH = `http://127.0.0.1:${auth.address().port}`;
auth.issuer.url = AUTH;
const jwks = jose.createLocalJWKSet({ keys: auth.issuer.keys.toJSON() });

const launches = new Map();
const codes = new Map();
const assertions = new Set();
let behaviour = START;
let seen = nothing();
let iss = '';

function nothing() {
  return { authorize: [], token: [], writes: 0 };
}

auth.service.on('beforeAuthorizeRedirect', (answer, request) => {
  const asked = Object.fromEntries(new URL(request.url, AUTH).searchParams);
  seen.authorize.push(asked);
  const standalone = (asked.scope || '').split(' ').includes('launch/patient');
  const context = standalone ? { patient: behaviour.patient, user: behaviour.user } : launches.get(asked.launch);
  launches.delete(asked.launch);
  const wrong = !context || asked.aud !== iss || !asked.state || asked.code_challenge_method !== 'S256' || !behaviour.clients[asked.client_id];
  const { searchParams } = answer.url;
  if (behaviour.sender !== null) searchParams.set('iss', behaviour.sender || AUTH);
  if (wrong || behaviour.denied) {
    searchParams.delete('code');
    searchParams.set('error', behaviour.denied || 'invalid_request');
    searchParams.set('error_description', '<b>unknown launch</b>');
    return;
  }
  const scope = asked.scope.split(' ').filter((one) => !behaviour.withhold.includes(one)).join(' ');
  codes.set(searchParams.get('code'), { ...context, scope, redirect: asked.redirect_uri, client: asked.client_id });
});

auth.service.on('beforeTokenSigning', (token, request) => {
  const context = codes.get(request.body.code);
  if (!context) return;
  const { payload } = token;
  const identity = payload.amr === undefined;
  Object.assign(payload, { sub: context.user, scope: context.scope, patient: context.patient });
  if (identity) Object.assign(payload, { aud: context.client, fhirUser: context.user && `${iss}/${context.user}` });
  if (behaviour.fault === 'expired') payload.exp = Math.floor(Date.now() / 1000) - 600;
  if (behaviour.fault === 'other_nonce' && identity) payload.nonce = 'of another launch';
  if (behaviour.fault === 'other_audience' && identity) payload.aud = 'another-app';
});

auth.service.on('beforeResponse', (answer, request) => {
  const context = codes.get(request.body.code);
  codes.delete(request.body.code);
  const refused = !context || context.redirect !== request.body.redirect_uri || behaviour.fault === 'invalid_grant';
  if (refused || request.body.client_id !== context.client) {
    Object.assign(answer, { statusCode: refused ? 400 : 401, body: { error: refused ? 'invalid_grant' : 'invalid_client' } });
    return;
  }
  delete answer.body.refresh_token;
  Object.assign(answer.body, { scope: context.scope, need_patient_banner: true, encounter: context.encounter, appContext: context.appContext });
  if (behaviour.fault !== 'no_patient') answer.body.patient = context.patient;
  if (behaviour.fault === 'no_token') delete answer.body.access_token;
  if (behaviour.fault === 'server') Object.assign(answer, { statusCode: 500, body: {} });
  if (behaviour.fault === 'unsigned') answer.body.id_token = answer.body.id_token.replace(/[^.]+$/, 'AAAA');
  if (!context.scope.split(' ').includes('openid')) delete answer.body.id_token;
});

// The mock server asks no client for proof, so a front before it does: it hands a request on only with the name of the client who proved it.
async function proven(request, form) {
  const named = form.get('client_id');
  const basic = /^Basic (.+)$/.exec(request.headers.authorization || '');
  if (form.get('client_assertion_type') === ASSERTION) {
    const id = jose.decodeJwt(form.get('client_assertion')).iss;
    const keys = jose.createLocalJWKSet(behaviour.clients[id].jwks);
    const options = { issuer: id, subject: id, audience: configuration().token_endpoint, algorithms: ['RS384', 'ES384'], requiredClaims: ['jti', 'exp'] };
    const { payload } = await jose.jwtVerify(form.get('client_assertion'), keys, options);
    if (assertions.has(payload.jti) || payload.exp - Date.now() / 1000 > 300) return null;
    assertions.add(payload.jti);
    return id;
  }
  const [id, secret] = basic ? Buffer.from(basic[1], 'base64').toString().split(':') : [named, form.get('client_secret')];
  const client = behaviour.clients[id];
  return client && !client.jwks && (client.secret || null) === (secret || null) ? id : null;
}

function configuration() {
  const said = {
    issuer: AUTH,
    jwks_uri: `${AUTH}/jwks`,
    authorization_endpoint: `${AUTH}/authorize`,
    token_endpoint: `${ME()}/token`,
    grant_types_supported: ['authorization_code'],
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'private_key_jwt', 'none'],
    token_endpoint_auth_signing_alg_values_supported: ['RS384', 'ES384'],
    authorization_response_iss_parameter_supported: behaviour.sender !== null,
    capabilities: ['launch-ehr', 'launch-standalone', 'client-public', 'client-confidential-symmetric', 'client-confidential-asymmetric',
      'context-ehr-patient', 'context-standalone-patient', 'sso-openid-connect', 'permission-patient', 'permission-v1', 'permission-v2'],
    ...behaviour.configuration,
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== null));
}

const ME = () => iss.slice(0, -'/fhir'.length);

async function token(request, body, response) {
  const form = new URLSearchParams(body.toString());
  seen.token.push(Object.fromEntries(form));
  const client = await proven(request, form).catch(() => null);
  if (client === null) return reply(response, 401, { error: 'invalid_client' });
  if (behaviour.fault === 'html') return reply(response, 200, '<html>Sign in</html>', { 'content-type': 'text/html' });
  if (behaviour.fault === 'slow') await new Promise((resolve) => { setTimeout(resolve, 60_000).unref(); });
  form.set('client_id', client);
  const inner = http.request(`${AUTH}/token`, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } }, (answer) => {
    response.writeHead(answer.statusCode, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    answer.pipe(response);
  });
  return inner.end(form.toString());
}

// Whether a token's scopes allow an act (`r`, `s`, `c`, `u`) on a kind of resource, in either way of writing them.
function allows(scope, act, type) {
  return scope.split(' ').some((one) => {
    const [, kind, acts] = /^(?:patient|user)\/([A-Za-z*]+)\.([a-z*]+)$/.exec(one) || [];
    if (kind !== type && kind !== '*') return false;
    return acts === '*' || (acts === 'read' ? 'rs' : acts === 'write' ? 'cud' : acts).includes(act);
  });
}

async function guarded(request, url, body, response) {
  const outcome = (code, text) => ({ resourceType: 'OperationOutcome', issue: [{ severity: 'error', code, details: { text } }] });
  let payload;
  try {
    ({ payload } = await jose.jwtVerify((request.headers.authorization || '').replace(/^Bearer /, ''), jwks, { issuer: AUTH }));
  } catch (error) {
    return reply(response, 401, outcome('login', String(error.code)), { 'www-authenticate': 'Bearer error="invalid_token"' });
  }
  const [type, id] = url.pathname.slice('/fhir/'.length).split('/');
  const act = request.method === 'POST' ? 'c' : id ? 'r' : 's';
  const asked = type === 'Patient' ? id : id || act === 'c' ? payload.patient : url.searchParams.get('patient');
  if (!allows(payload.scope || '', act, type)) return reply(response, 403, outcome('forbidden', `no scope for ${act} of ${type}`));
  if (asked !== payload.patient) return reply(response, 403, outcome('forbidden', 'another patient'));
  if (act === 'c') seen.writes += 1;
  const headers = { accept: 'application/fhir+json', ...(body.length && { 'content-type': request.headers['content-type'] }) };
  const answer = await fetch(UPSTREAM + url.pathname.slice('/fhir'.length) + url.search, { method: request.method, headers, body: body.length ? body : undefined });
  const text = (await answer.text()).replaceAll(UPSTREAM, iss);
  const stored = act === 'c' && answer.status === 201 ? { location: `${iss}/${type}/${JSON.parse(text).id}/_history/1` } : {};
  return reply(response, answer.status, text, { 'content-type': 'application/fhir+json', ...stored });
}

function reply(response, status, body, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

async function answer(request, response) {
  const url = new URL(request.url, ME());
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  switch (url.pathname) {
    case '/_launch': {
      const launch = crypto.randomBytes(12).toString('base64url');
      launches.set(launch, JSON.parse(body));
      return reply(response, 200, { launch, iss });
    }
    case '/_behave':
      behaviour = { ...START, ...JSON.parse(body) };
      seen = nothing();
      return reply(response, 200, {});
    case '/_seen':
      return reply(response, 200, seen);
    case '/token':
      return token(request, body, response);
    case '/fhir/.well-known/smart-configuration':
      return behaviour.configuration ? reply(response, 200, configuration()) : reply(response, 404, { error: 'not found' });
    default:
      return url.pathname.startsWith('/fhir/') ? guarded(request, url, body, response) : reply(response, 404, { error: 'not found' });
  }
}

const front = http.createServer((request, response) => answer(request, response).catch((error) => reply(response, 500, { error: String(error) })));
front.listen(0, '127.0.0.1', () => {
  iss = `http://127.0.0.1:${front.address().port}/fhir`;
  console.log(JSON.stringify({ port: front.address().port, authPort: auth.address().port }));
});
process.stdin.resume().on('end', () => process.exit(0));
