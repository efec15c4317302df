/** What is said when there is no connection to the API server: one sentence that names the next step. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { test, type TestContext } from 'node:test';
import { KubeClient } from '../../src/kube/client.ts';
import type { TlsOptions } from '../../src/kube/credentials.ts';
import { KubeError } from '../../src/kube/errors.ts';
import type { ResourceType } from '../../src/kube/resource.ts';
import { Transport } from '../../src/kube/transport.ts';
import { certificate } from '../prometheus/certificates.ts';

const THING: ResourceType = { apiVersion: 'v1', kind: 'Thing', plural: 'things', namespaced: true };

/** Where a server of that kind listens. */
type Start = (t: TestContext) => Promise<number>;

const listening = async (t: TestContext, server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
};
const withTls =
  (options: ServerOptions): Start =>
  (t) =>
    listening(
      t,
      createTlsServer(options, (_, response) => void response.end('{}')).on('tlsClientError', () => undefined),
    );
const plain: Start = (t) =>
  listening(
    t,
    createHttpServer((_, response) => void response.end('{}')),
  );
/** As servers made with Go answer. */
const goWithTls: Start = (t) =>
  listening(
    t,
    createTcpServer((socket) =>
      socket
        .on('error', () => undefined)
        .once('data', () =>
          socket.end('HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n'),
        ),
    ),
  );
const nobody: Start = async (t) => {
  const server = createTcpServer();
  const port = await listening(t, server);
  server.close();
  await once(server, 'close');
  return port;
};

/** Answers with these bytes. */
const strange =
  (bytes: string): Start =>
  (t) =>
    listening(
      t,
      createTcpServer((socket) => socket.on('error', () => undefined).once('data', () => socket.end(bytes, 'latin1'))),
    );

const first = { ca: certificate('first').cert };

const rows: readonly { name: string; start: Start; tls?: TlsOptions; scheme?: string; host?: string; says: string }[] =
  [
    {
      name: 'another CA',
      start: withTls(certificate('second')),
      says: 'its certificate is of an authority that is not trusted; is certificate-authority that of this server?',
    },
    {
      name: 'no CA',
      start: withTls(certificate('second')),
      tls: {},
      says: 'its certificate is of an authority that is not trusted; is certificate-authority that of this server?',
    },
    {
      name: 'a certificate that has expired',
      start: withTls(certificate('expired')),
      tls: { ca: certificate('expired').cert },
      says: 'its certificate has expired; it must be renewed, unless the clock here is wrong',
    },
    {
      name: 'a certificate for another name',
      start: withTls(certificate('elsewhere')),
      tls: { ca: certificate('elsewhere').cert },
      says: 'its certificate is for other names; the address must have one of them, or tls-server-name say one',
    },
    {
      name: 'https where http is spoken',
      start: plain,
      says: 'it does not speak TLS; should its address begin with http://?',
    },
    {
      name: 'http where https is spoken',
      start: goWithTls,
      scheme: 'http',
      says: 'it expects TLS: its address must begin with https://',
    },
    ...['SSH-2.0-words\r\n', 'HTTP/1.1 000 words\r\n\r\n', '\x15\x03\x01\x00\x02\x02\x46'].map((bytes) => ({
      name: `what is not HTTP: ${JSON.stringify(bytes)}`,
      start: strange(bytes),
      scheme: 'http',
      says: ': it does not speak HTTP; should its address begin with https://?',
    })),
    {
      name: 'nobody there',
      start: nobody,
      says: ': nothing listens there; is the server up, and is this its address?',
    },
  ];

for (const { name, start, tls = first, scheme = 'https', says } of rows) {
  test(`no connection: ${name}`, async (t) => {
    const server = `${scheme}://127.0.0.1:${await start(t)}`;
    const identity = { server, proxyUrl: undefined, read: () => Promise.resolve({ headers: {}, tls }) };
    const transport = new Transport({ identity, userAgent: 'test', random: () => 0 });
    t.after(() => transport.close());
    const error = await new KubeClient({ transport })
      .get(THING, { namespace: 'a', name: 'b' })
      .catch((e: unknown) => e);
    assert.ok(error instanceof KubeError, String(error));
    assert.equal(error.reason, 'Unreachable');
    assert.ok(error.message.startsWith(`GET Thing a/b: Unreachable: no answer from ${server}: `), error.message);
    assert.ok(error.message.endsWith(says), error.message);
    assert.ok(!error.message.includes('\n'));
  });
}
