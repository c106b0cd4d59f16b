"use strict";
// What lies still: the streets that the pipes run under, the pipes by pressure class, and tiles where there are any.

linepack.ground = { lines: [], areas: [], names: [], arrows: [], cut: [], off: {}, tiles: null };

(function (ground) {
  var EQUATOR_M = 40075016.686;
  var LAST = ["lp", "mpb", "mpa", "shp", "hp"];

  function metresPerPx() {
    var map = linepack.map;
    return EQUATOR_M * Math.cos(map.getCenter().lat * Math.PI / 180) / (256 * Math.pow(2, map.getZoom()));
  }

  function paths(wanted) { return ground.lines.filter(wanted).map(function (line) { return line[2]; }); }

  function paintStreets(ink, frame) {
    if (ground.tiles) { return; }
    ground.areas.forEach(function (areas, index) {
      linepack.trace(ink, frame, areas);
      ink.fillStyle = linepack.colours[linepack.grounds[index]];
      ink.fill();
    });
    var metres = metresPerPx();
    ["street", "road"].forEach(function (kind, main) {
      linepack.stroke(ink, frame, ground.byRoad[main], linepack.colours[kind], linepack.streets[main] / metres);
    });
  }

  function thinned() {
    var table = linepack.thinning;
    return table[Math.max(0, Math.min(table.length - 1, linepack.map.getZoom() - 11))];
  }

  function paintPipes(ink, frame) {
    var thin = thinned();
    LAST.forEach(function (tier) {
      var pipe = linepack.pipes[tier];
      if (pipe && !ground.off[tier]) { linepack.stroke(ink, frame, ground.byTier[tier] || [], pipe[0], pipe[1] * thin); }
    });
  }

  // What nothing feeds is hollow and dashed.
  function paintCut(ink, frame) {
    var thin = thinned(), scale = linepack.scale, dash = linepack.cut.slice(1).map(function (one) { return one * scale; });
    ground.cut.forEach(function (line) {
      var pipe = linepack.pipes[line[0]];
      if (!pipe || ground.off[line[0]]) { return; }
      var width = pipe[1] * thin + linepack.cut[0] * scale;
      linepack.stroke(ink, frame, [line[1]], linepack.colours.land, width);
      linepack.stroke(ink, frame, [line[1]], pipe[0], width, dash);
      linepack.stroke(ink, frame, [line[1]], linepack.colours.land, width - 2 * scale);
    });
  }

  function paintArrows(ink, frame) {
    var edge = linepack.arrow * linepack.scale;
    ink.strokeStyle = linepack.colours.text1;
    ink.lineWidth = 1.5 * linepack.scale;
    ink.lineCap = "round";
    ground.arrows.forEach(function (arrow) {
      ink.save();
      ink.translate(arrow[0] * frame.world - frame.left, arrow[1] * frame.world - frame.top);
      ink.rotate(arrow[2] * Math.PI / 180);
      ink.beginPath();
      ink.moveTo(-edge, -edge);
      ink.lineTo(edge, 0);
      ink.lineTo(-edge, edge);
      ink.stroke();
      ink.restore();
    });
  }

  // Names are text on a canvas: nothing in them can be anything else.
  function paintNames(ink, frame) {
    ink.textAlign = "center";
    ink.textBaseline = "middle";
    ink.fillStyle = linepack.colours.names;
    ground.names.forEach(function (name) {
      ink.save();
      ink.translate(name[0] * frame.world - frame.left, name[1] * frame.world - frame.top);
      ink.rotate(name[2] * Math.PI / 180);
      ink.font = (name[3] ? 16 : 12) * linepack.scale + "px " + linepack.FACE;
      ink.fillText(name[4], 0, 0);
      ink.restore();
    });
  }

  // One canvas for all that lies still: a canvas of this size is fifteen megabytes.
  ground.sheet = new linepack.Sheet(1, function (ink, frame) {
    paintStreets(ink, frame);
    paintPipes(ink, frame);
    paintCut(ink, frame);
    paintArrows(ink, frame);
    paintNames(ink, frame);
  });

  // What is drawn at this zoom; most of what changes from one time to the next is not on the ground.
  ground.frame = function (tiersOff, names, arrows) {
    var key = JSON.stringify([tiersOff, names, arrows]);
    if (key === ground.frameKey) { return; }
    ground.frameKey = key;
    ground.names = names;
    ground.arrows = arrows;
    ground.off = {};
    tiersOff.forEach(function (tier) { ground.off[tier] = true; });
    ground.paint();
  };

  ground.cutOff = function (cut) {
    if (cut.length || ground.cut.length) {
      ground.cut = cut;
      ground.paint();
    }
  };

  ground.show = function (lines, areas) {
    ground.lines = lines;
    ground.areas = areas;
    ground.byTier = {};
    LAST.forEach(function (tier) { ground.byTier[tier] = paths(function (line) { return line[0] === tier; }); });
    ground.byRoad = [0, 1].map(function (main) { return paths(function (line) { return line[1] === main; }); });
    ground.paint();
  };

  ground.lay = function (zooms) {
    if (ground.tiles) { ground.tiles.remove(); ground.tiles = null; }
    if (zooms) {
      ground.tiles = L.tileLayer("tiles/{z}/{x}/{y}.png", { minNativeZoom: zooms[0], maxNativeZoom: zooms[1] });
      ground.tiles.addTo(linepack.map);
    }
    ground.paint();
  };

  ground.paint = function () { ground.sheet.paint(); };
  ground.byTier = {};
  ground.byRoad = [[], []];
}(linepack.ground));
