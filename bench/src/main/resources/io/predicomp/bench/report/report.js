'use strict';
// The page: sections, figures, tables. What is drawn in them is in charts.js.

let errors = 0;
window.addEventListener('error', () => { document.body.dataset.errors = ++errors; });
document.body.dataset.errors = 0;

const inputs = JSON.parse(document.getElementById('data').textContent);
// Okabe and Ito's colours, which those who see few colours can tell apart.
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7f7f7f', '#a6761d'];
const dark = window.matchMedia('(prefers-color-scheme: dark)');
const print = window.matchMedia('print');
const narrow = window.matchMedia('(max-width: 40rem)');
const drawn = [];

function element(name, text, parent) {
  const e = document.createElement(name);
  if (text) e.textContent = text;
  if (parent) parent.append(e);
  return e;
}

function section(title, words) {
  const s = element('section', null, document.getElementById('main'));
  element('h2', title, s);
  if (words) element('p', words, s).className = 'soft';
  const grid = element('div', null, s);
  grid.className = 'grid';
  return grid;
}

/** A chart with its caption, its data as a table below, and what is to be added once it is drawn. */
function figure(grid, title, caption, options, table, complete) {
  const f = element('figure', null, grid);
  element('h3', title, f);
  element('figcaption', caption, f);
  const box = element('div', null, f);
  box.className = 'chart';
  box.setAttribute('role', 'img');
  box.setAttribute('aria-label', title + '. ' + caption);
  drawn.push({ box, options, complete, chart: null });
  if (table) addTable(f, table);
  return box;
}

function addTable(f, { head, rows }) {
  const d = element('details', null, f);
  element('summary', 'Figures', d);
  const scroll = element('div', null, d);
  scroll.className = 'scroll';
  const t = element('table', null, scroll);
  const h = element('tr', null, element('thead', null, t));
  head.forEach(name => element('th', name, h));
  const body = element('tbody', null, t);
  rows.forEach(row => {
    const r = element('tr', null, body);
    row.forEach(value => element('td', typeof value === 'number' ? shorten(value) : value, r));
  });
}

function shorten(value) {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function draw() {
  const night = dark.matches && !print.matches;
  const text = night ? '#c5ccd6' : '#3a4450';
  const line = night ? '#333d49' : '#d8dde4';
  for (const each of drawn) {
    if (each.chart) each.chart.dispose();
    each.chart = echarts.init(each.box, null, { renderer: 'svg' });
    const options = each.options(narrow.matches, text);
    const axis = { axisLabel: { color: text }, nameTextStyle: { color: text },
      axisLine: { lineStyle: { color: line } }, splitLine: { lineStyle: { color: line } } };
    for (const key of ['xAxis', 'yAxis']) {
      if (options[key]) options[key] = merge(axis, options[key]);
    }
    each.chart.setOption(Object.assign({
      color: COLOURS, animation: false, backgroundColor: 'transparent',
      textStyle: { color: text, fontFamily: 'inherit' },
      grid: { left: 12, right: 24, top: 56, bottom: 36, containLabel: true },
      tooltip: { confine: true },
    }, options, { legend: options.legend === false ? undefined
        : Object.assign({ type: 'scroll', top: 0, textStyle: { color: text } }, options.legend) }));
    if (each.complete) each.complete(each.chart, text);
  }
  document.body.dataset.charts = drawn.length;
}

function merge(base, more) {
  const all = Object.assign({}, base, more);
  for (const key of Object.keys(base)) {
    if (more[key]) all[key] = Object.assign({}, base[key], more[key]);
  }
  return all;
}

function machineOf(input) {
  const m = input.data.machine;
  return m ? `${input.name}: ${m.processors} × ${m.cpu}, ${m.memory}, ${m.kernel}, JDK ${m.jdk}, ${m.time}, `
    + `load ${m.load_average}` : input.name;
}

const of = kind => inputs.filter(input => input.kind === kind);
const rowsOf = kind => of(kind).flatMap(input => input.data.rows || []);
