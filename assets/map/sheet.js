"use strict";
// One canvas over the whole map, with room around it for dragging; it paints itself anew when the view has settled.
// What is painted is given in units of the whole world (0 to 1) and comes out in px of Leaflet's layer pane.

var linepack = {
  scale: 1, colours: {}, pipes: {}, sprites: {}, atlas: null, ratio: 1, thinning: [1], streets: [0, 0],
  grounds: [],  cut: [0, 9, 6], arrow: 4, shade: 0.1,
};

linepack.map = map_linepack;

linepack.Sheet = L.Layer.extend({
  initialize: function (level, paint) {
    this._level = level;
    this._paint = paint;
  },

  onAdd: function (map) {
    var pane = map.createPane("sheet" + this._level);
    pane.style.zIndex = String(200 + this._level);
    pane.style.pointerEvents = "none";
    this._canvas = L.DomUtil.create("canvas", "sheet", pane);
    this.settle();
  },

  onRemove: function () {
    this._canvas.remove();
  },

  getEvents: function () {
    return { moveend: this.settle, viewreset: this.settle, resize: this.settle };
  },

  // Lie where the map looks now, and paint.
  settle: function () {
    var map = this._map, size = map.getSize(), ratio = window.devicePixelRatio || 1;
    var min = map.containerPointToLayerPoint(size.multiplyBy(-linepack.ROOM)).round();
    var whole = size.multiplyBy(1 + 2 * linepack.ROOM).round();
    this.box = L.bounds(min, min.add(whole));
    var width = Math.round(whole.x * ratio), height = Math.round(whole.y * ratio);
    if (this._canvas.width !== width || this._canvas.height !== height) {
      this._canvas.width = width;
      this._canvas.height = height;
      this._canvas.style.width = whole.x + "px";
      this._canvas.style.height = whole.y + "px";
    }
    L.DomUtil.setPosition(this._canvas, min);
    this._ratio = ratio;
    this.paint();
  },

  // Whether the map, while it is dragged, looks beyond what is painted.
  leaves: function () {
    var map = this._map, size = map.getSize(), min = map.containerPointToLayerPoint([0, 0]);
    return !this.box.contains(L.bounds(min, min.add(size)));
  },

  paint: function () {
    var sheet = this;
    this.mend(function (ink, frame) {
      ink.save();
      ink.setTransform(1, 0, 0, 1, 0, 0);
      ink.clearRect(0, 0, sheet._canvas.width, sheet._canvas.height);
      ink.restore();
      sheet._paint(ink, frame);
    });
  },

  // Draw over what is there already.
  mend: function (draw) {
    if (!this._map || !this.box) { return; }
    var ink = this._canvas.getContext("2d"), ratio = this._ratio;
    ink.setTransform(ratio, 0, 0, ratio, -this.box.min.x * ratio, -this.box.min.y * ratio);
    draw(ink, linepack.frame(this.box));
  },
});

linepack.ROOM = 0.25;
linepack.FACE = "Inter, 'Linepack Sans SC', 'Noto Sans CJK SC', 'WenQuanYi Micro Hei', sans-serif";

// From world units to px of the layer pane at the zoom in view.
linepack.frame = function (box) {
  var map = linepack.map, origin = map.getPixelOrigin();
  return { world: 256 * Math.pow(2, map.getZoom()), left: origin.x, top: origin.y, box: box };
};

// Trace flat lists of world units, [x, y, x, y, …], into one path; what lies wholly outside is left out.
linepack.trace = function (ink, frame, paths) {
  var world = frame.world, left = frame.left, top = frame.top, box = frame.box, margin = 40;
  var west = box.min.x - margin, north = box.min.y - margin, east = box.max.x + margin, south = box.max.y + margin;
  ink.beginPath();
  for (var n = 0; n < paths.length; n++) {
    var path = paths[n], x1 = Infinity, y1 = Infinity, x2 = -Infinity, y2 = -Infinity;
    for (var i = 0; i < path.length; i += 2) {
      var x = path[i] * world - left, y = path[i + 1] * world - top;
      if (x < x1) { x1 = x; }
      if (x > x2) { x2 = x; }
      if (y < y1) { y1 = y; }
      if (y > y2) { y2 = y; }
    }
    if (x2 < west || x1 > east || y2 < north || y1 > south) { continue; }
    ink.moveTo(path[0] * world - left, path[1] * world - top);
    for (var j = 2; j < path.length; j += 2) { ink.lineTo(path[j] * world - left, path[j + 1] * world - top); }
  }
};

linepack.stroke = function (ink, frame, paths, colour, width, dash) {
  linepack.trace(ink, frame, paths);
  ink.lineCap = dash ? "butt" : "round";
  ink.lineJoin = "round";
  ink.setLineDash(dash || []);
  ink.strokeStyle = colour;
  ink.lineWidth = width;
  ink.stroke();
  ink.setLineDash([]);
};
