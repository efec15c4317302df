/** The words that users, scripts and other programs rely on: names of the API, types and reasons of conditions. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as conditions from '../../src/api/conditions.ts';
import * as resource from '../../src/api/resource.ts';
import { condition } from '../../src/api/status.ts';

test('the API is called what the requirements call it', () => {
  const { API_VERSION, GROUP, API_VERSION_NAME, KIND, PLURAL, SHORT_NAME, ADOPT_ANNOTATION } = resource;
  assert.deepEqual(
    { API_VERSION, GROUP, API_VERSION_NAME, KIND, PLURAL, SHORT_NAME, ADOPT_ANNOTATION },
    {
      API_VERSION: 'elasticweb.example.com/v1',
      GROUP: 'elasticweb.example.com',
      API_VERSION_NAME: 'v1',
      KIND: 'ElasticWeb',
      PLURAL: 'elasticwebs',
      SHORT_NAME: 'ew',
      ADOPT_ANNOTATION: 'elasticweb.example.com/adopt',
    },
  );
});

test('conditions are those of design.md, Ready first', () => {
  assert.deepEqual(conditions.CONDITION_TYPES, [
    ...['Ready', 'Reconciling', 'Stalled', 'DeploymentReady', 'ServiceReady', 'ScalingActive', 'ScalingLimited'],
  ]);
  assert.deepEqual(conditions.TERMINAL_REASONS, ['InvalidSpec', 'NameConflict', 'ImmutableField']);
});

test('types and reasons are words that the schema takes', () => {
  const { pattern = '' } = condition.properties?.reason ?? {};
  for (const word of [
    ...conditions.CONDITION_TYPES,
    ...conditions.TERMINAL_REASONS,
    conditions.PROGRESSING_WITH_RETRY,
  ]) {
    assert.match(word, new RegExp(pattern));
    assert.match(word, /^[A-Z][A-Za-z]+$/);
  }
});
