/** Whether a request is called what it is. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRequest, signatureOf } from './call.ts';

const requests = [
  { request: ['GET', '/api/v1/namespaces/shop/services/web'], signature: 'GET services shop/web' },
  { request: ['GET', '/api/v1/namespaces/shop/services?limit=500'], signature: 'LIST services shop' },
  { request: ['GET', '/apis/elasticweb.example.com/v1/elasticwebs'], signature: 'LIST elasticwebs' },
  { request: ['GET', '/apis/apps/v1/deployments?watch=true&timeoutSeconds=300'], signature: 'WATCH deployments' },
  { request: ['GET', '/api/v1/namespaces/shop'], signature: 'GET namespaces shop' },
  { request: ['GET', '/readyz'], signature: 'LIST /readyz' },
  {
    request: ['PATCH', '/apis/apps/v1/namespaces/shop/deployments/web?force=true', 'application/apply-patch+yaml'],
    signature: 'APPLY deployments shop/web',
  },
  {
    request: [
      'PATCH',
      '/apis/elasticweb.example.com/v1/namespaces/shop/elasticwebs/web/status',
      'application/merge-patch+json',
    ],
    signature: 'PATCH elasticwebs/status shop/web',
  },
  { request: ['POST', '/apis/events.k8s.io/v1/namespaces/shop/events'], signature: 'POST events shop' },
  { request: ['PATCH', '/apis/events.k8s.io/v1/namespaces/shop/events/web.18f0'], signature: 'PATCH events shop' },
  {
    request: ['GET', '/apis/coordination.k8s.io/v1/namespaces/system/leases/syncer'],
    signature: 'GET leases system/syncer',
  },
] as const;

for (const { request, signature } of requests) {
  const [method, url, contentType] = request;
  test(`${method} ${url} is ${signature}`, () => {
    assert.equal(signatureOf(readRequest(method, url, contentType)), signature);
  });
}
