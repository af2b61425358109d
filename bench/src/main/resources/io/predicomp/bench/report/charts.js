// One function for each kind of chart; each does nothing if there is nothing to show.

const MIB = 1048576;
/** Published by others, on other machines and workloads: marks on the map, not measurements of ours. */
const PUBLISHED = [
  { name: 'DAMON_RECLAIM + zram (published)', slowdown: 3.38, saved: 40.34 },
  { name: 'Valkey, latency up to (published)', slowdown: 35, saved: 40 },
];
/** What vm/damon_reclaim.sh runs beside plain memory. */
const WAYS = { checked: 'arena, checked, in the VM', transparent: 'arena, transparent, in the VM',
  reclaim: 'DAMON_RECLAIM + zram, in the VM', tuned: 'the same, its quota by memory pressure', unbounded: 'the same without a quota',
  'tuned-1': 'the same, 1 % of pressure', 'tuned-5': 'the same, 5 % of pressure' };
/** Meta's TMO, whose slowdown is not published. */
const TMO = { name: 'TMO: 20 to 32 %', from: 20, to: 32 };

function memoryOverTime() {
  const traces = of('trace');
  if (!traces.length) return;
  const grid = section('Memory over time', 'What a run holds: pages in memory, the compressed pool, and tables.');
  for (const trace of traces) {
    const rows = trace.data.rows;
    const series = [['resident', 'resident_bytes'], ['pool', 'pool_bytes'], ['metadata', 'metadata_bytes']];
    figure(grid, trace.name, 'MiB, stacked, by second of the run', () => ({
      tooltip: { trigger: 'axis', confine: true, valueFormatter: v => v.toFixed(1) + ' MiB' },
      // Stacked series need a category axis: on two value axes the library adds up the wrong one.
      xAxis: { type: 'category', name: 's', boundaryGap: false, data: rows.map(r => r.seconds.toFixed(1)) },
      yAxis: { type: 'value', name: 'MiB' },
      series: series.map(([name, column]) => ({ name, type: 'line', stack: 'all', areaStyle: {}, symbol: 'none',
        lineStyle: { width: 1 }, data: rows.map(r => r[column] / MIB) })),
    }), { head: ['s', ...series.map(s => s[0] + ' MiB')],
      rows: rows.map(r => [r.seconds, ...series.map(s => r[s[1]] / MIB)]) });
  }
}

function prefetching() {
  const traces = of('trace').filter(t => t.data.rows.some(r => r.prefetches > 0));
  if (!traces.length) return;
  const grid = section('Prefetching',
    'Coverage: of the pages that were needed, the share that was already there. Accuracy: of the pages brought '
    + 'back ahead, the share that was used. Both since the start of the run.');
  for (const trace of traces) {
    const share = (part, rest) => part + rest ? 100 * part / (part + rest) : null;
    const points = trace.data.rows.map(r => [r.seconds,
      share(r.prefetches_used ?? r.prefetches, r.demand_restores),
      r.prefetches_used === undefined ? null : share(r.prefetches_used, r.prefetches_wasted)]);
    figure(grid, trace.name, 'Percent, by second of the run', () => ({
      tooltip: { trigger: 'axis', confine: true },
      xAxis: { type: 'value', name: 's', max: 'dataMax', axisLabel: { showMaxLabel: false } },
      yAxis: { type: 'value', name: '%', min: 0, max: 100 },
      series: ['coverage', 'accuracy'].map((name, i) => ({ name, type: 'line', symbol: 'none',
        data: points.map(p => [p[0], p[i + 1]]) })),
    }), { head: ['s', 'coverage %', 'accuracy %'], rows: points.map(p => p.map(v => v ?? '–')) });
  }
}

function heatMaps() {
  const maps = of('heat');
  if (!maps.length) return;
  const grid = section('In use and in memory, over time and address',
    'What of the region the run wrote to, and what of it was in memory then: memory is saved where both are dark, and '
    + 'a touch waits where only the first is bright.');
  for (const map of maps) {
    heatMap(grid, map, 'writes_', 'written to', 'Touches a second that wrote to each part, logarithmic', (value, seconds) => value / seconds);
    heatMap(grid, map, 'share_', 'in memory', 'Percent of each part in memory', value => 100 * value);
  }
}

function heatMap(grid, map, prefix, title, caption, scale) {
  const rows = map.data.rows;
  const parts = Object.keys(rows[0] || {}).filter(key => key.startsWith(prefix));
  if (!parts.length) return;
  const size = rows[0].bucket_bytes / MIB;
  const lasted = x => Math.max(x ? rows[x].seconds - rows[x - 1].seconds : .1, 1e-3);
  const share = prefix === 'share_';
  const values = rows.map((r, x) => parts.map(part => scale(r[part], lasted(x))));
  // A burst may be a thousand times as bright as what else is in use.
  const colour = value => share ? value : Math.log10(1 + value);
  const cells = values.flatMap((row, x) => row.map((value, y) => [x, y, colour(value)]));
  const most = share ? 100 : values.flat().reduce((a, b) => Math.max(a, b), 1);
  const words = value => share ? `${value.toFixed(0)} %` : `${shorten(Math.round(value))} a second`;
  figure(grid, `${map.name}: ${title}`, `${caption}; address upwards in MiB, seconds to the right`, (small, text) => ({
    legend: false,
    tooltip: { confine: true, formatter: p =>
      `${rows[p.value[0]].seconds} s, ${shorten(p.value[1] * size)} MiB: ${words(values[p.value[0]][p.value[1]])}` },
    grid: { left: 12, right: 24, top: 24, bottom: 64, containLabel: true },
    xAxis: { type: 'category', name: 's', data: rows.map(r => r.seconds.toFixed(1)) },
    yAxis: { type: 'category', name: 'MiB', data: parts.map((p, i) => shorten(i * size)),
      axisLabel: { interval: Math.ceil(parts.length / 8) - 1 } },
    visualMap: { min: 0, max: colour(most), orient: 'horizontal', left: 'center', bottom: 0, itemHeight: 120,
      text: [words(most), share ? '0 %' : '0'], textStyle: { color: text },
      inRange: { color: ['#0d2a4a', '#0072b2', '#56b4e9', '#f0e442', '#e69f00', '#d55e00'] } },
    series: [{ type: 'heatmap', progressive: 0, data: cells }],
  }));
}

function coldReads() {
  const all = of('compare').filter(input => (input.data.curves || []).some(c => c.points.length));
  const rows = rowsOf('compare');
  if (rows.length) {
    const grid = section('Cold pages, side by side',
      'Identical pages, all put away, read back at random, in turn.');
    for (const input of all) {
      for (const dataset of new Set(input.data.curves.map(c => c.dataset))) {
        distribution(grid, dataset, input.data.curves.filter(c => c.dataset === dataset));
      }
    }
    for (const dataset of new Set(rows.map(r => r.dataset))) {
      held(grid, dataset, rows.filter(r => r.dataset === dataset));
    }
  }
}

function distribution(grid, dataset, curves) {
  // The tail is what matters, so the axis stretches it: 90, 99 and 99.9 % are equally far apart.
  const tail = p => -Math.log10(Math.max(1 - p / 100, 1e-4));
  figure(grid, `Latency of cold reads: ${dataset}`,
    'Share of reads that took no longer; µs, both scales logarithmic', small => ({
      legend: { type: small ? 'scroll' : 'plain' },
      grid: { left: 12, right: 24, top: small ? 56 : 88, bottom: 36, containLabel: true },
      tooltip: { trigger: 'item', confine: true, formatter: p =>
        `${p.seriesName}: ${shorten(100 * (1 - 10 ** -p.value[1]))} % within ${shorten(p.value[0])} µs` },
      xAxis: { type: 'log', name: 'µs', nameLocation: 'middle', nameGap: 26, axisLabel: { formatter: v => shorten(v) } },
      yAxis: { type: 'value', min: 0, max: 4, interval: 1,
        axisLabel: { formatter: v => ['0 %', '90 %', '99 %', '99.9 %', '99.99 %'][v] } },
      series: curves.map(c => ({ name: c.contender, type: 'line', symbolSize: 5, showSymbol: false,
        data: c.points.filter(p => p[0] > 0 && p[1] < 100).map(p => [p[0] / 1000, tail(p[1])]) })),
    }));
}

function held(grid, dataset, rows) {
  figure(grid, `Bytes held: ${dataset}`, 'Percent of what the pages take uncompressed, metadata included',
    (small, text) => ({
      tooltip: { trigger: 'axis', confine: true, axisPointer: { type: 'shadow' } },
      grid: { left: 12, right: 56, top: 40, bottom: 36, containLabel: true },
      xAxis: { type: 'value', name: '%' },
      yAxis: { type: 'category', inverse: true, data: rows.map(r => r.contender),
        axisLabel: { width: small ? 90 : 140, overflow: 'truncate' } },
      series: [{ name: 'held, %', type: 'bar', label: { show: true, position: 'right', formatter: p => p.value.toFixed(1), color: text },
        data: rows.map(r => 100 * r.held_share) }],
    }), { head: ['', 'held %', 'demote µs', 'demote CPU µs', 'p50 µs', 'p90 µs', 'p99 µs', 'p99.9 µs', 'read CPU µs'],
      rows: rows.map(r => [r.contender, 100 * r.held_share, r.demote_us_per_page, r.demote_cpu_us_per_page,
        r.read_p50_ns / 1e3, r.read_p90_ns / 1e3, r.read_p99_ns / 1e3, r.read_p999_ns / 1e3, r.read_cpu_us_per_page]) });
}

function savedAgainstSlowdown() {
  const points = [];
  const idle = [];
  for (const input of of('compare')) {
    for (const run of (input.data.workloads || []).filter(w => w.memory !== 'plain')) {
      if (run.demoted_pages === 0) {
        idle.push(`${run.workload}, ${run.memory}: ${run.decision}.`);
      } else {
        points.push({ group: `arena, ${run.memory}`, name: run.workload, saved: run.saved_percent,
          slowdown: 100 - run.work_percent_of_plain });
      }
    }
  }
  for (const input of of('reclaim')) {
    for (const run of input.data.runs.filter(r => r.way !== 'plain')) {
      points.push({ group: WAYS[run.way] || run.way, name: run.workload, saved: run.saved_percent_of_region,
        whole: run.whole_process_saved_percent_of_region, slowdown: 100 - run.work_percent_of_plain });
    }
  }
  if (!points.length && !idle.length) return;
  const grid = section('Saved against slowdown', 'Upwards and to the left is better. Published figures are of other '
    + 'machines and workloads.' + (idle.length ? ` Not drawn, because nothing was compressed: ${idle.join(' ')}` : ''));
  const groups = [...new Set(points.map(p => p.group))];
  const mark = p => ({ name: p.name, value: [p.slowdown, p.saved] });
  const short = p => ({ ...mark(p), name: p.name.replace(' (published)', '') });
  figure(grid, 'Memory saved against work lost', 'Percent of memory saved; percent less work done than plain', () => ({
    tooltip: { confine: true, formatter: p =>
      `${p.name}: saved ${shorten(p.value[1])} %, slowdown ${shorten(p.value[0])} %` },
    xAxis: { type: 'value', name: 'slowdown %', nameLocation: 'middle', nameGap: 26 },
    yAxis: { type: 'value', name: 'saved %' },
    series: [...groups.map(group => ({ name: group, type: 'scatter', symbolSize: 12,
      data: points.filter(p => p.group === group).map(mark) })),
    { name: 'published', type: 'scatter', symbol: 'diamond', symbolSize: 14, itemStyle: { color: '#7f7f7f' },
      data: PUBLISHED.map(mark),
      markArea: { silent: true, itemStyle: { color: '#7f7f7f', opacity: .12 },
        data: [[{ yAxis: TMO.from }, { yAxis: TMO.to }]] } }],
  }), { head: ['', 'what', 'saved %', 'with the JVM %', 'slowdown %'],
    rows: [...points, ...PUBLISHED.map(p => ({ group: 'published', ...p }))].map(p =>
      [p.group, p.name, p.saved, p.whole ?? '–', p.slowdown]) }, (chart, text) =>
    placeLabels(chart, [...PUBLISHED, ...points].map(short), [{ name: TMO.name, value: TMO.to }], text)).classList.add('map');
}

function codecs() {
  const rows = rowsOf('codec_sweep');
  if (!rows.length) return;
  const grid = section('Codecs', 'Ratio against time to restore. The line joins those that no other beats in both.');
  const on = r => r.pareto === true || r.pareto === 1;
  const family = r => r.codec.replace(/-\d+/, '');
  for (const key of new Set(rows.map(r => `${r.dataset}|${r.size_bytes}`))) {
    const group = rows.filter(r => `${r.dataset}|${r.size_bytes}` === key && r.ratio > 1 && r.decompress_us_per_block > 0);
    if (!group.length) continue;
    const size = group[0].size_bytes;
    const blocks = size >= MIB ? `${size / MIB} MiB` : `${size / 1024} KiB`;
    const point = r => ({ name: r.codec, value: [r.decompress_us_per_block, r.ratio] });
    figure(grid, `${group[0].dataset}, ${blocks}`, 'Ratio; µs to restore a block, logarithmic', () => ({
      tooltip: { confine: true, formatter: p =>
        `${p.name}: ratio ${shorten(p.value[1])}, restore ${shorten(p.value[0])} µs` },
      xAxis: { type: 'log', name: 'µs', nameLocation: 'middle', nameGap: 26, axisLabel: { formatter: v => shorten(v) } },
      yAxis: { type: 'value', name: 'ratio', scale: true },
      series: [...[...new Set(group.map(family))].map(f => ({ name: f, type: 'scatter', symbolSize: 9,
        data: group.filter(r => family(r) === f).map(point) })),
      { name: 'Pareto front', type: 'line', symbol: 'none', lineStyle: { type: 'dashed', color: '#7f7f7f' },
        data: group.filter(on).sort((a, b) => a.decompress_us_per_block - b.decompress_us_per_block).map(point) }],
    }), { head: ['codec', 'ratio', 'compress µs', 'restore µs', 'fair score'],
      rows: group.map(r => [r.codec, r.ratio, r.compress_us_per_block, r.decompress_us_per_block, r.fair_score]) });
  }
}

const median = values => {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  return n % 2 ? sorted[(n - 1) / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
};

function processes() {
  const rows = rowsOf('process_mem_bench').filter(r => r.warmup !== true && r.warmup !== 1);
  if (!rows.length) return;
  const grid = section('A whole process', 'Proportional set size, the JVM, pool and tables included; medians of runs.');
  const moments = ['pre', 'post_comp', 'post_idle', 'post_partial', 'post_random', 'post_final'];
  const words = ['filled', 'compressed', 'rested', 'read in order', 'read at random', 'end'];
  for (const dataset of new Set(rows.map(r => r.dataset))) {
    const mine = rows.filter(r => r.dataset === dataset);
    const kinds = [...new Set(mine.map(r => r.access))];
    const at = (kind, column) => median(mine.filter(r => r.access === kind).map(r => r[column]));
    figure(grid, `Memory: ${dataset}`, 'PSS in MB at each moment', () => ({
      tooltip: { trigger: 'axis', confine: true },
      xAxis: { type: 'category', data: words, axisLabel: { interval: 0, rotate: 20 } },
      yAxis: { type: 'value', name: 'MB' },
      series: kinds.map(kind => ({ name: kind, type: 'bar',
        data: moments.map(m => at(kind, `pss_${m}_kb`) * 1024 / 1e6) })),
    }), { head: ['', ...words, 'ratio', 'stall p50 µs', 'p95 µs', 'p99 µs'],
      rows: kinds.map(kind => [kind, ...moments.map(m => at(kind, `pss_${m}_kb`) * 1024 / 1e6),
        at(kind, 'ratio_e2e_post_comp'),
        ...['p50', 'p95', 'p99'].map(p => at(kind, `stall_${p}_ns`) / 1e3)]) });
  }
}

function microbenchmarks() {
  const results = of('jmh').flatMap(input => input.data.results || []);
  if (!results.length) return;
  const grid = section('Microbenchmarks', 'What JMH measured, a chart for each class and unit. Lines: its 99.9 % interval.');
  const split = r => r.benchmark.split('.').slice(-2);
  const title = r => `${split(r)[0]}, ${r.primaryMetric.scoreUnit}`;
  const label = r => [split(r)[1], ...Object.values(r.params || {})].join(', ');
  for (const name of new Set(results.map(title))) {
    const mine = results.filter(r => title(r) === name);
    const error = r => Number.isFinite(Number(r.primaryMetric.scoreError)) ? Number(r.primaryMetric.scoreError) : 0;
    const box = figure(grid, name, 'Score and parameters of each benchmark', small => ({
      legend: false,
      tooltip: { trigger: 'item', confine: true },
      grid: { left: 12, right: 40, top: 24, bottom: 24, containLabel: true },
      xAxis: { type: 'value', min: 0 },
      yAxis: { type: 'category', inverse: true, data: mine.map(label),
        axisLabel: { interval: 0, width: small ? 120 : 220, overflow: 'truncate' } },
      series: [{ type: 'bar', data: mine.map(r => r.primaryMetric.score) },
        { type: 'custom', silent: true, data: mine.map((r, i) => [i, r.primaryMetric.score, error(r)]),
          renderItem: (_, api) => {
            const [row, score, off] = [api.value(0), api.value(1), api.value(2)];
            const [from, to] = [api.coord([Math.max(0, score - off), row]), api.coord([score + off, row])];
            return { type: 'line', shape: { x1: from[0], y1: from[1], x2: to[0], y2: to[1] },
              style: { stroke: '#7f7f7f', lineWidth: 2 } };
          } }],
    }), { head: ['benchmark', 'score', '±', 'unit'],
      rows: mine.map(r => [label(r), r.primaryMetric.score, error(r), r.primaryMetric.scoreUnit]) });
    box.style.height = `${4 + 1.6 * mine.length}rem`;
  }
}

memoryOverTime();
heatMaps();
prefetching();
coldReads();
savedAgainstSlowdown();
codecs();
processes();
microbenchmarks();
document.getElementById('intro').textContent =
  `${drawn.length} charts from ${inputs.length} result${inputs.length === 1 ? '' : 's'}.`;
for (const input of inputs) element('p', machineOf(input), document.getElementById('footer'));
for (const input of of('compare')) {
  for (const [name, why] of Object.entries(input.data.absent || {})) {
    element('p', `${input.name}: without ${name}: ${why}.`, document.getElementById('footer'));
  }
}
draw();
dark.addEventListener('change', draw);
print.addEventListener('change', draw);
let pending;
window.addEventListener('resize', () => { clearTimeout(pending); pending = setTimeout(draw, 150); });
