/** The dashboard as Grafana takes it: its places, its variables, its queries. What they answer is in test/monitoring. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dashboardOf } from './monitored.ts';

const dashboard = dashboardOf();
const panels = dashboard.panels.filter(({ type }) => type !== 'row');
const DATASOURCE = { type: 'prometheus', uid: '$datasource' };

test('it can be found again, and is of a schema that Grafana 12 and newer know', () => {
  assert.deepEqual([dashboard.uid, dashboard.title, dashboard.schemaVersion], ['elasticweb', 'elasticweb', 41]);
});

test('every panel has a place of its own within the 24 columns, and an id', () => {
  const taken = new Set<string>();
  for (const { title, gridPos } of dashboard.panels) {
    assert.ok(gridPos.x + gridPos.w <= 24, title);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        assert.ok(!taken.has(`${x}/${y}`), `${title} lies over another panel`);
        taken.add(`${x}/${y}`);
      }
    }
  }
  assert.equal(new Set(dashboard.panels.map(({ id }) => id)).size, dashboard.panels.length);
});

test('every panel says what it shows, in which unit, and asks the data source that was chosen', () => {
  assert.ok(panels.length >= 25, `${panels.length} panels`);
  for (const { title, type, description, datasource, fieldConfig, targets = [] } of panels) {
    assert.ok(['timeseries', 'stat'].includes(type), title);
    assert.match(description ?? '', /\.$/, title);
    assert.match(fieldConfig?.defaults.unit ?? '', /^(short|reqps|ops|s|bytes|percentunit)$/, title);
    assert.deepEqual(datasource, DATASOURCE, title);
    assert.ok(targets.length > 0, title);
    assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length, title);
    for (const target of targets) assert.deepEqual(target.datasource, DATASOURCE, title);
  }
});

test('what it shows can be narrowed down to an installation, a namespace and an ElasticWeb', () => {
  const names = dashboard.templating.list.map(({ name }) => name);
  assert.deepEqual(names, ['datasource', 'job', 'namespace', 'name']);
  const used = /\$(\w+)/g;
  for (const { title, targets = [] } of panels) {
    for (const { expr } of targets) {
      assert.match(expr, /job=~"\$job"/, `${title}: of which installation?`);
      for (const [, variable = ''] of expr.matchAll(used)) {
        assert.ok([...names, '__rate_interval'].includes(variable), `${title}: $${variable}`);
      }
      // What is counted for each ElasticWeb is told by each syncer.
      if (/\bnamespace=/.test(expr)) assert.match(expr, /max by \(namespace, name/, title);
    }
  }
});
