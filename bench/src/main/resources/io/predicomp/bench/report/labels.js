// Names beside marks that may lie anywhere on a map: none over another, over a mark or over the edge.

const LABEL = { size: 11, height: 14, gap: 10, furthest: 7 };

/**
 * Writes a name beside each mark, as near as there is room, with a line to it where that is not beside it. A name
 * for which there is no room is left out: pointing at the mark and the table below tell it.
 *
 * @param marks {name, value: [x, y]}
 * @param bands {name, value} of what reaches over the whole width up to this value
 */
function placeLabels(chart, marks, bands, colour) {
  const area = chart.getModel().getComponent('grid').coordinateSystem.getRect();
  const font = `${LABEL.size}px ${getComputedStyle(document.body).fontFamily}`;
  const pen = document.createElement('canvas').getContext('2d');
  pen.font = font;
  const width = name => Math.ceil(pen.measureText(name).width) + 2;
  const at = value => chart.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, value);
  const inside = b => b.x >= area.x && b.x + b.w <= area.x + area.width && b.y >= area.y && b.y + b.h <= area.y + area.height;
  const meet = (a, b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
  const points = marks.map(m => at(m.value));
  const taken = points.map(([x, y]) => ({ x: x - 7, y: y - 7, w: 14, h: 14 }));
  const names = [];
  const shapes = [];
  const write = (name, box) => {
    taken.push(box);
    names.push(box);
    shapes.push({ type: 'text', silent: true, x: box.x + 1, y: box.y + 1, style: { text: name, fill: colour, font } });
  };
  for (const band of bands) {
    const w = width(band.name);
    write(band.name, { x: area.x + area.width - w, y: at([0, band.value])[1], w, h: LABEL.height });
  }
  marks.forEach((mark, i) => {
    const [x1, y1] = points[i];
    const w = width(mark.name);
    for (const [left, top] of places(w)) {
      const box = { x: x1 + left, y: y1 + top, w, h: LABEL.height };
      const line = { x1, y1, x2: Math.min(Math.max(x1, box.x), box.x + w), y2: top > 0 ? box.y : box.y + box.h };
      const beside = Math.abs(top + LABEL.height / 2) <= LABEL.height;
      if (inside(box) && !taken.some(other => meet(box, other)) && (beside || !crosses(line, names))) {
        write(mark.name, box);
        if (!beside) shapes.push({ type: 'line', silent: true, shape: line, style: { stroke: colour, opacity: .5 } });
        return;
      }
    }
  });
  chart.setOption({ graphic: shapes });
}

/** Whether a line runs through one of these boxes. */
function crosses({ x1, y1, x2, y2 }, boxes) {
  for (let part = 0; part <= 1; part += 1 / 16) {
    const [x, y] = [x1 + part * (x2 - x1), y1 + part * (y2 - y1)];
    if (boxes.some(b => x > b.x && x < b.x + b.w && y > b.y && y < b.y + b.h)) return true;
  }
  return false;
}

/** Where a name of this width may lie, from its mark, nearest first. */
function places(width) {
  const found = [];
  for (let step = 0; step <= LABEL.furthest; step++) {
    for (const down of step ? [-step, step] : [0]) {
      const top = down * LABEL.height - LABEL.height / 2;
      found.push([LABEL.gap, top], [-LABEL.gap - width, top]);
      if (step) found.push([-width / 2, top]);
    }
  }
  return found;
}
