"use strict";
// Symbols, the rings that stand for many of them, and the alarm glyphs beside them, all drawn from one atlas.

linepack.symbols = { all: [], looks: [], visible: [], rings: [], marks: {}, selected: -1, lit: { fast: true, slow: true } };

(function (symbols) {
  var REACH = 30, CELL = 64, MOST_MENDED = 250;

  function sprite(ink, name, x, y) {
    var place = linepack.sprites[name], ratio = linepack.ratio;
    if (!place || !linepack.atlas) { return; }
    var edge = place[2];
    ink.drawImage(linepack.atlas, place[0] * ratio, place[1] * ratio, edge * ratio, edge * ratio,
      x - edge / 2, y - edge / 2, edge, edge);
  }

  // Where a symbol is drawn: some stand a few px aside of their place.
  function across(frame, symbol) { return symbol[0] * frame.world - frame.left + symbol[5] * linepack.scale; }

  function down(frame, symbol) { return symbol[1] * frame.world - frame.top + symbol[6] * linepack.scale; }

  function ring(ink, x, y, radius, colour, width) {
    ink.beginPath();
    ink.arc(x, y, radius, 0, 2 * Math.PI);
    ink.strokeStyle = colour;
    ink.lineWidth = width;
    ink.stroke();
  }

  function one(ink, frame, index) {
    var symbol = symbols.all[index], look = symbols.looks[index], scale = linepack.scale;
    var x = across(frame, symbol), y = down(frame, symbol), half = symbol[2] / 2 * scale;
    if (x < frame.box.min.x || x > frame.box.max.x || y < frame.box.min.y || y > frame.box.max.y) { return; }
    if (index === symbols.selected || symbols.marks[index] !== undefined) {
      ring(ink, x, y, half + 6 * scale, linepack.colours.you, 2 * scale);
    }
    var body = look && look[1] || symbol[4], angle = symbol[3] * Math.PI / 180;
    if (angle) {
      ink.save();
      ink.translate(x, y);
      ink.rotate(angle);
      sprite(ink, body, 0, 0);
      ink.restore();
    } else {
      sprite(ink, body, x, y);
    }
    var corner = half * 0.75 + 2 * scale;
    if (look && look[2]) { sprite(ink, look[2], x - corner, y - corner); }
  }

  function alarmOf(frame, index) {
    var symbol = symbols.all[index], look = symbols.looks[index];
    if (!look || !look[3]) { return null; }
    var corner = symbol[2] / 2 * linepack.scale * 0.75 + 2 * linepack.scale;
    return [look[3], across(frame, symbol) + corner, down(frame, symbol) - corner];
  }

  symbols.sheet = new linepack.Sheet(3, function (ink, frame) {
    symbols.visible.forEach(function (index) { one(ink, frame, index); });
    gatherAlarms(frame);
  });

  function gatherAlarms(frame) {
    symbols.alarmed = symbols.visible.map(function (index) { return alarmOf(frame, index); }).filter(Boolean);
    symbols.glyphs.paint();
  }

  // Only where something looks different: what lies in those places is cleared and drawn again, in its order.
  function mend(ink, frame, indices) {
    var cells = {}, reach = REACH * linepack.scale;
    ink.save();
    ink.beginPath();
    indices.forEach(function (index) {
      var x = across(frame, symbols.all[index]), y = down(frame, symbols.all[index]);
      ink.rect(x - reach, y - reach, 2 * reach, 2 * reach);
      for (var row = -1; row <= 1; row++) {
        for (var column = -1; column <= 1; column++) {
          cells[(Math.floor(x / CELL) + column) + ":" + (Math.floor(y / CELL) + row)] = true;
        }
      }
    });
    ink.clip();
    ink.clearRect(frame.box.min.x, frame.box.min.y, frame.box.max.x - frame.box.min.x, frame.box.max.y - frame.box.min.y);
    symbols.visible.forEach(function (index) {
      var x = across(frame, symbols.all[index]), y = down(frame, symbols.all[index]);
      if (cells[Math.floor(x / CELL) + ":" + Math.floor(y / CELL)]) { one(ink, frame, index); }
    });
    ink.restore();
    gatherAlarms(frame);
  }

  symbols.glyphs = new linepack.Sheet(4, function (ink) {
    symbols.alarmed.forEach(function (alarm) {
      var lit = /:returned$/.test(alarm[0]) ? symbols.lit.slow : symbols.lit.fast;
      sprite(ink, alarm[0] + (lit ? ":lit" : ":dim"), alarm[1], alarm[2]);
    });
  });

  // Rings lie under the symbols, on the canvas of the question.
  symbols.paintRings = function (ink, frame) {
    var scale = linepack.scale, colours = linepack.colours;
    ink.textAlign = "center";
    ink.textBaseline = "middle";
    ink.font = "500 " + 12 * scale + "px " + linepack.FACE;
    symbols.rings.forEach(function (each) {
      var x = each[0] * frame.world - frame.left, y = each[1] * frame.world - frame.top;
      ink.beginPath();
      ink.arc(x, y, each[2], 0, 2 * Math.PI);
      ink.fillStyle = colours.land;
      ink.fill();
      ink.strokeStyle = colours.line3;
      ink.lineWidth = 1.25 * scale;
      ink.stroke();
      ink.fillStyle = colours.text2;
      ink.fillText(each[3], x, y + 0.5 * scale);
    });
  };

  symbols.show = function (all) {
    symbols.all = all;
    symbols.looks = new Array(all.length);
    symbols.visible = [];
    symbols.rings = [];
    symbols.marks = {};
    symbols.selected = -1;
    symbols.paint();
  };

  symbols.look = function (rows) {
    var moved = false;
    rows.forEach(function (row) {
      symbols.looks[row[0]] = row;
      if (row.length > 4) { symbols.all[row[0]][0] = row[4]; symbols.all[row[0]][1] = row[5]; moved = true; }
    });
    if (moved || rows.length > MOST_MENDED) {
      symbols.sheet.paint();
    } else {
      symbols.sheet.mend(function (ink, frame) { mend(ink, frame, rows.map(function (row) { return row[0]; })); });
    }
  };

  symbols.frame = function (visible, selected, rings) {
    symbols.visible = visible;
    symbols.selected = selected;
    symbols.rings = rings;
    symbols.paint();
  };

  symbols.mark = function (marks) {
    symbols.marks = {};
    marks.forEach(function (mark) { symbols.marks[mark[0]] = mark[1]; });
    symbols.sheet.paint();
  };

  symbols.beat = function (fast, slow) {
    symbols.lit = { fast: fast, slow: slow };
    symbols.glyphs.paint();
  };

  symbols.paint = function () { linepack.question.sheet.paint(); symbols.sheet.paint(); };
  symbols.alarmed = [];
}(linepack.symbols));
