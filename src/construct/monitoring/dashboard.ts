/** The dashboard as Grafana's JSON: where its panels stand, and what its variables offer. */

import { ROWS, type Panel } from './panels.ts';

/** Grafana 12's; newer ones migrate it by themselves. */
const SCHEMA_VERSION = 41;
/** Of the whole width. */
const COLUMNS = 24;
/** Variables without braces: Flux would take those for its own. */
const DATASOURCE = { type: 'prometheus', uid: '$datasource' } as const;

/** Width and height of panels by their type. */
const SIZES = { stat: { w: 4, h: 4 }, timeseries: { w: 8, h: 8 } } as const;

/** The dashboard of elasticweb. */
export function dashboard(): object {
  return {
    uid: 'elasticweb',
    title: 'elasticweb',
    description: 'ElasticWebs, their load and their pods, and the syncers that keep them.',
    tags: ['elasticweb'],
    schemaVersion: SCHEMA_VERSION,
    editable: true,
    graphTooltip: 1, // One crosshair for all panels.
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    annotations: { list: [] },
    links: [],
    templating: { list: variables() },
    panels: panels(),
  };
}

/** Which data, of which installation, of which ElasticWebs. */
function variables(): object[] {
  return [
    { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', refresh: 1, current: {} },
    labelValues('job', 'Syncer', 'controller_runtime_max_concurrent_reconciles{controller="elasticweb"}'),
    labelValues('namespace', 'Namespace', 'elasticweb_ready{job=~"$job"}'),
    labelValues('name', 'ElasticWeb', 'elasticweb_ready{job=~"$job",namespace=~"$namespace"}'),
  ];
}

function labelValues(name: string, label: string, series: string): object {
  const query = `label_values(${series},${name})`;
  return {
    ...{ name, label, type: 'query', datasource: DATASOURCE, definition: query },
    query: { query, refId: `variable-${name}` },
    ...{ refresh: 2, sort: 1, multi: true, includeAll: true },
    // Not all values one by one: of thousands of ElasticWebs that is more than a query may be long.
    allValue: '.+',
    current: { text: ['All'], value: ['$__all'] },
  };
}

/** The rows, one below the other. */
function panels(): object[] {
  const placed: object[] = [];
  let y = 0;
  for (const row of ROWS) {
    const id = () => placed.length + 1;
    placed.push({
      id: id(),
      type: 'row',
      title: row.title,
      collapsed: false,
      panels: [],
      gridPos: place(0, y, COLUMNS, 1),
    });
    y += 1;
    let x = 0;
    let height = 0;
    for (const panel of row.panels) {
      const { w, h } = SIZES[panel.type ?? 'timeseries'];
      if (x + w > COLUMNS) {
        x = 0;
        y += height;
      }
      height = h;
      placed.push({ id: id(), ...shown(panel), gridPos: place(x, y, w, h) });
      x += w;
    }
    y += height;
  }
  return placed;
}

const place = (x: number, y: number, w: number, h: number) => ({ x, y, w, h });

/** A panel without its place. */
function shown({ title, description, type = 'timeseries', unit, queries }: Panel): object {
  const isStat = type === 'stat';
  return {
    ...{ type, title, description, datasource: DATASOURCE },
    fieldConfig: {
      defaults: { unit, min: 0, ...(isStat ? {} : { custom: { fillOpacity: 5, showPoints: 'never' } }) },
      overrides: [],
    },
    options: isStat
      ? { colorMode: 'none', graphMode: 'none', reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false } }
      : {
          legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
          tooltip: { mode: 'multi', sort: 'desc' },
        },
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + index),
      datasource: DATASOURCE,
      editorMode: 'code',
      ...{ expr, legendFormat: legend },
      ...{ instant: isStat, range: !isStat },
    })),
  };
}
