/** Which node port a Service keeps when its spec names none. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIELD_MANAGER, type ServicePort } from '../../src/syncer/kinds.ts';
import { keptNodePort } from '../../src/syncer/node-port.ts';
import { service, spec } from './objects.ts';

const PORT: ServicePort = { port: 80, protocol: 'TCP', nodePort: 30_500 };

/** The Service with these ports, of which the syncer applied one. */
function applied(ports: ServicePort[], own: object, fields: object = {}) {
  const fieldsV1 = { 'f:spec': { 'f:ports': { [`k:${JSON.stringify(own)}`]: { '.': {}, 'f:port': {}, ...fields } } } };
  const live = service(ports);
  const managedFields = [{ manager: FIELD_MANAGER, operation: 'Apply', fieldsType: 'FieldsV1', fieldsV1 }];
  return { ...live, metadata: { ...live.metadata, managedFields } };
}

const own = { port: 80, protocol: 'TCP' };
const stranger: ServicePort = { port: 7000, protocol: 'TCP', nodePort: 31_000 };

const rows = [
  { name: 'without a Service there is none', live: undefined, fields: {}, kept: undefined },
  { name: 'the same port keeps it by itself', live: applied([PORT], own), fields: {}, kept: undefined },
  { name: 'another number takes it along', live: applied([PORT], own), fields: { port: 81 }, kept: 30_500 },
  { name: 'another protocol takes it along', live: applied([PORT], own), fields: { protocol: 'UDP' }, kept: 30_500 },
  {
    name: 'once written down it stays so',
    live: applied([PORT], own, { 'f:nodePort': {} }),
    fields: {},
    kept: 30_500,
  },
  {
    name: 'a Service without node ports has none to keep',
    live: applied([{ port: 80, protocol: 'TCP' }], own),
    fields: { port: 81 },
    kept: undefined,
  },
  {
    name: 'a port that somebody put before ours is not taken for ours',
    live: applied([stranger, PORT], own),
    fields: { port: 81 },
    kept: 30_500,
  },
  {
    name: 'a port that somebody put there instead of ours is not taken for ours',
    live: applied([stranger], own),
    fields: { port: 81 },
    kept: undefined,
  },
  {
    name: 'a Service that the syncer never applied has none of ours',
    live: service([PORT]),
    fields: { port: 81 },
    kept: undefined,
  },
  {
    name: 'a port without a protocol speaks TCP',
    live: applied([{ port: 80, nodePort: 30_500 }], own),
    fields: { port: 81 },
    kept: 30_500,
  },
];

for (const { name, live, fields, kept } of rows) {
  test(`keptNodePort: ${name}`, () => {
    assert.equal(keptNodePort(live, spec({ serviceType: 'NodePort', ...fields })), kept);
  });
}
