"use strict";
// What lies over the network for one question: casing along a section, hatched area, circle, and what is measured.

linepack.question = { casing: [], selected: [], area: [], circle: null, path: [], routes: [], ellipses: [], track: [] };

(function (question) {
  var EQUATOR_M = 40075016.686;

  function hatch(ink) {
    var tile = document.createElement("canvas"), step = Math.round(8 * linepack.scale);
    tile.width = tile.height = step;
    var pen = tile.getContext("2d");
    pen.strokeStyle = linepack.colours.line3;
    pen.lineWidth = 1;
    [-step, 0, step].forEach(function (offset) {
      pen.beginPath();
      pen.moveTo(offset - 1, step + 1);
      pen.lineTo(offset + step + 1, -1);
      pen.stroke();
    });
    return ink.createPattern(tile, "repeat");
  }

  function paintQuestion(ink, frame) {
    var colours = linepack.colours, scale = linepack.scale, you = colours.you;
    if (question.area.length) {
      linepack.trace(ink, frame, [question.area]);
      ink.closePath();
      ink.fillStyle = hatch(ink);
      ink.fill();
      linepack.stroke(ink, frame, [question.area.concat(question.area.slice(0, 2))], you, 1.25 * scale, [6, 5]);
    }
    if (question.casing.length) {
      var paths = question.casing.map(function (line) { return line[1]; }), width = linepack.pipes.hp[1];
      linepack.stroke(ink, frame, paths, you, width + 6 * scale);
      linepack.stroke(ink, frame, paths, colours.land, width + 3 * scale);
      question.casing.forEach(function (line) {
        linepack.stroke(ink, frame, [line[1]], linepack.pipes[line[0]][0], linepack.pipes[line[0]][1]);
      });
    }
    if (question.selected.length) { linepack.stroke(ink, frame, [question.selected], you, 3 * scale); }
    if (question.circle) {
      var circle = question.circle, metres = EQUATOR_M * Math.cos(circle[3] * Math.PI / 180) / frame.world;
      ink.beginPath();
      ink.arc(circle[0] * frame.world - frame.left, circle[1] * frame.world - frame.top, circle[2] / metres, 0, 2 * Math.PI);
      ink.setLineDash([6, 5]);
      ink.strokeStyle = you;
      ink.lineWidth = 1.25 * scale;
      ink.stroke();
      ink.setLineDash([]);
    }
    if (question.path.length) {
      linepack.stroke(ink, frame, [question.path], you, 2 * scale, [6, 5]);
      for (var i = 0; i < question.path.length; i += 2) {
        ink.beginPath();
        ink.arc(question.path[i] * frame.world - frame.left, question.path[i + 1] * frame.world - frame.top,
          4 * scale, 0, 2 * Math.PI);
        ink.fillStyle = colours.bg1;
        ink.fill();
        ink.strokeStyle = you;
        ink.lineWidth = 2 * scale;
        ink.stroke();
      }
    }
  }

  // Where a leak probably is: three grey ellipses, the outermost with its edge.
  function paintEllipses(ink, frame) {
    question.ellipses.forEach(function (one) {
      var metres = EQUATOR_M * Math.cos(one[5] * Math.PI / 180) / frame.world;
      [3, 2, 1].forEach(function (times) {
        ink.beginPath();
        ink.ellipse(one[0] * frame.world - frame.left, one[1] * frame.world - frame.top,
          times * one[3] / metres, times * one[4] / metres, one[2] * Math.PI / 180, 0, 2 * Math.PI);
        ink.globalAlpha = linepack.shade;
        ink.fillStyle = linepack.colours.text1;
        ink.fill();
        ink.globalAlpha = 1;
        if (times === 3) {
          ink.setLineDash([4 * linepack.scale, 3 * linepack.scale]);
          ink.strokeStyle = linepack.colours.text2;
          ink.lineWidth = 1.25 * linepack.scale;
          ink.stroke();
          ink.setLineDash([]);
        }
      });
    });
  }

  function paintWays(ink, frame) {
    var scale = linepack.scale, ways = question.routes.concat(question.track.length ? [question.track] : []);
    linepack.stroke(ink, frame, ways, linepack.colours.text1, 2 * scale, [2 * scale, 5 * scale]);
  }

  question.sheet = new linepack.Sheet(2, function (ink, frame) {
    paintQuestion(ink, frame);
    paintEllipses(ink, frame);
    paintWays(ink, frame);
    linepack.symbols.paintRings(ink, frame);
  });

  question.show = function (told) {
    ["casing", "selected", "area", "circle", "path", "routes"].forEach(function (part) { question[part] = told[part]; });
    question.sheet.paint();
    linepack.symbols.mark(told.marks);
  };

  question.stand = function (ellipses, track) {
    question.ellipses = ellipses;
    question.track = track;
    question.sheet.paint();
  };
}(linepack.question));
