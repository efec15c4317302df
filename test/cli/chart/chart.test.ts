/** What charts look like, as a picture and in a terminal. */

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { Chart, ChartPoint } from '../../../src/cli/chart/chart.ts';
import { svgOf } from '../../../src/cli/chart/svg.ts';
import { textOf } from '../../../src/cli/chart/terminal.ts';

/** A point each 15 s: load and pods of 100 requests per second. */
function points(...loads: (readonly [qps: number | undefined, pods: number])[]): ChartPoint[] {
  return loads.map(([qps, replicas], index) => ({ seconds: index * 15, qps, capacity: replicas * 100, replicas }));
}

const small: Chart = {
  title: 'shop',
  points: points([50, 1], [250, 1], [300, 3], [undefined, 3], [300, 4], [90, 4], [90, 1]),
};
/** A week at a point each 15 s, as restless as it gets. */
const week = Array.from({ length: 40_320 }, (_, index): ChartPoint => {
  const qps = index % 977 === 0 ? undefined : 1000 + 900 * Math.sin(index * 12.9898);
  const replicas = 10 + Math.round(9 * Math.sin(index * 78.233));
  return { seconds: index * 15, qps, capacity: replicas * 100, replicas };
});

suite('as a picture', () => {
  test('it is well-formed XML, whatever the words are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (title, name) => {
        assertWellFormed(
          svgOf({ title, subtitle: title, points: small.points, other: { name, points: small.points } }),
        );
      }),
      { numRuns: 50 },
    );
    const svg = svgOf({ ...small, title: `a <b> & "c" 'd' \u0000\u202e` });
    assert.ok(svg.includes('<title>a &lt;b&gt; &amp; &quot;c&quot; &#39;d&#39; \\u0000\\u202e</title>'), svg);
  });

  test('the same data gives the same bytes', () => {
    assert.equal(svgOf(small), svgOf(structuredClone(small)));
  });

  test('the most restless week with a second run beside it stays below 200 kB', () => {
    const svg = svgOf({ title: 'shop', points: week, other: { name: 'HPA', points: week } });
    assertWellFormed(svg);
    assert.ok(svg.length < 200_000, `${svg.length} bytes`);
  });

  test('a week in which nothing happens takes next to nothing', () => {
    const calm = week.map((point) => ({ ...point, qps: 500, capacity: 1000, replicas: 10 }));
    const { length } = svgOf({ title: 'shop', points: calm });
    assert.ok(length < 6_000, `${length} bytes`);
  });

  test('no number in it is none', () => {
    for (const chart of [
      small,
      { title: 'one', points: points([0, 0]) },
      { title: 'none known', points: points([undefined, 0], [undefined, 0]) },
      { title: 'large', points: points([1e15, 2_147_483_647], [0, 0]) },
    ]) {
      assert.doesNotMatch(svgOf(chart), /NaN|Infinity|undefined/, chart.title);
      assert.doesNotMatch(textOf(chart, { width: 80, color: false }).join('\n'), /NaN|Infinity|undefined/, chart.title);
    }
  });

  test('a peak of one point of half a million is drawn', () => {
    const calm = Array.from({ length: 518_400 }, (_, index) => ({ ...point, seconds: index * 5 }));
    const peak = calm.with(123_456, { seconds: 123_456 * 5, qps: 900, capacity: 1000, replicas: 10 });
    assert.notEqual(svgOf({ title: 'shop', points: peak }), svgOf({ title: 'shop', points: calm }));
  });

  test('the legend names what is there, and nothing else', () => {
    const words = (chart: Chart) => [...svgOf(chart).matchAll(/y="4">([^<]+)</g)].map(([, word]) => word).sort();
    assert.deepEqual(words(small), ['capacity', 'load', 'load unknown', 'pods', 'under capacity']);
    const calm = { title: 'shop', points: points([50, 1], [50, 1]) };
    assert.deepEqual(words(calm), ['capacity', 'load', 'pods']);
    assert.deepEqual(words({ ...calm, other: { name: 'HPA', points: calm.points } }), [
      'HPA',
      'capacity',
      'load',
      'pods',
    ]);
  });
});

suite('in a terminal', () => {
  test('load is an area, capacity a line over it, and unknown load is marked', () => {
    assert.deepEqual(textOf(small, { width: 44, color: false }), [
      'requests per second   ⣿ load   ⠒ capacity   ? load unknown',
      '   400 ┤                        ⡏⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⢹',
      '       │                        ⡇          ⢸',
      '       │                        ⡇          ⢸',
      '   300 ┤            ⣯⣭⣭⣭⣭⣭⠉⠉⠉⠉⠉⠉⣽⣿⣿⣿⣿⣿     ⢸',
      '       │      ⣤⣤⣤⣤⣤⣤⣿⣿⣿⣿⣿⣿      ⣿⣿⣿⣿⣿⣿     ⢸',
      '   200 ┤      ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿      ⣿⣿⣿⣿⣿⣿     ⢸',
      '       │      ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿      ⣿⣿⣿⣿⣿⣿     ⢸',
      '       │      ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿      ⣿⣿⣿⣿⣿⣿     ⢸',
      '   100 ┤⣀⣀⣀⣀⣀⣀⣛⣛⣛⣛⣛⣛⣿⣿⣿⣿⣿⣿      ⣿⣿⣿⣿⣿⣿     ⢸',
      '       │      ⣶⣶⣶⣶⣶⣶⣾⣿⣿⣿⣿⣿      ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣷',
      '       │⣶⣶⣶⣶⣶⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿      ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿',
      '     0 ┤⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿      ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿',
      '       └──────────────────??????────────────',
      '⠒ pods',
      '     4 ┤                        ⡏⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⢹',
      '     2 ┤            ⡏⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠁          ⢸',
      '       │⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⡇                      ⢸',
      '     0 ┤',
      '       └┴───────────┴───────────┴──────────┴',
      '        0          30s         1m      1m30s',
    ]);
  });

  test('no line is wider than the terminal', () => {
    for (const width of [60, 80, 133, 200]) {
      const lines = textOf({ ...small, points: week }, { width, color: false });
      const widths = lines.map((line) => line.length);
      assert.equal(Math.max(...widths), width);
    }
    assert.deepEqual(textOf(small, { width: 1, color: false }), textOf(small, { width: 40, color: false }));
  });

  test('colors are there when they are asked for, and change nothing else', () => {
    const compared = { ...small, other: { name: 'HPA', points: small.points } };
    const plain = textOf(compared, { width: 80, color: false }).join('\n');
    const colored = textOf(compared, { width: 80, color: true }).join('\n');
    // eslint-disable-next-line no-control-regex -- escape sequences begin with it
    const escapes = /\u001b\[\d+m/g;
    assert.doesNotMatch(plain, escapes);
    assert.match(colored, escapes);
    assert.equal(colored.replace(escapes, ''), plain);
  });
});

const [point] = points([100, 1]) as [ChartPoint];

/** Every element is closed, in order, and text holds no character that XML reserves. */
function assertWellFormed(svg: string): void {
  const open: string[] = [];
  let rest = svg;
  for (const [tag, close, name = '', , self] of svg.matchAll(/<(\/?)([a-z]+)((?: [\w:-]+="[^"<]*")*)(\/?)>/g)) {
    rest = rest.replace(tag, '');
    if (close === '/') assert.equal(open.pop(), name);
    else if (self !== '/') open.push(name);
  }
  assert.deepEqual(open, []);
  assert.doesNotMatch(rest, /[<>]|&(?!(amp|lt|gt|quot|#39);)/);
}
