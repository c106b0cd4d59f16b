"use strict";
// The line to the desk: messages come in as JSON, and where people point and look goes out.

(function () {
  var map = linepack.map, desk = null, following = false, number = -1;

  var hear = {
    theme: function (told) {
      var root = document.documentElement.style;
      Object.keys(told.colours).forEach(function (name) {
        root.setProperty("--" + name.replace("_", "-"), told.colours[name]);
      });
      root.setProperty("--scale", told.scale);
      linepack.colours = told.colours;
      linepack.pipes = told.pipes;
      linepack.scale = told.scale;
      linepack.sprites = told.sprites;
      linepack.ratio = told.ratio;
      linepack.thinning = told.thinning;
      linepack.grounds = told.grounds;
      linepack.streets = told.streets;
      linepack.cut = told.cut;
      linepack.arrow = told.arrow;
      linepack.shade = told.shade;
      var atlas = new Image();
      atlas.onload = function () {
        linepack.atlas = atlas;
        paint();
        say({ kind: "drawn" });
      };
      atlas.src = told.atlas;
    },
    scene: function (told) { linepack.ground.show(told.lines, told.areas); linepack.symbols.show(told.symbols); },
    looks: function (told) { linepack.symbols.look(told.looks); },
    frame: function (told) {
      linepack.ground.frame(told.off, told.names, told.arrows);
      linepack.symbols.frame(told.visible, told.selected, told.rings);
      linepack.labels.show(told.labels);
    },
    question: function (told) { linepack.question.show(told); },
    situation: function (told) {
      linepack.ground.cutOff(told.cut);
      linepack.question.stand(told.ellipses, told.track);
    },
    base: function (told) { linepack.ground.lay(told.zooms); },
    beat: function (told) { linepack.symbols.beat(told.fast, told.slow); },
    view: function (told) {
      following = true;
      number = told.number;
      map.setView([told.lat, told.lon], told.zoom, { animate: false });
      following = false;
    },
  };

  function paint() {
    linepack.ground.paint();
    linepack.symbols.paint();
  }

  function say(message) { if (desk) { desk.hear(JSON.stringify(message)); } }

  function where() {
    var at = map.getCenter();
    return { lon: at.lng, lat: at.lat, zoom: map.getZoom(), number: number };
  }

  var sheets = [linepack.ground.sheet, linepack.question.sheet, linepack.symbols.sheet, linepack.symbols.glyphs];
  sheets.forEach(function (sheet) { sheet.addTo(map); });

  function moved() { if (!following) { say(Object.assign({ kind: "moved" }, where())); } }

  map.on("moveend", moved);
  // A long drag leaves what was prepared: the desk is asked for more on the way.
  map.on("move", function () {
    if (!following && linepack.ground.sheet.leaves()) {
      sheets.forEach(function (sheet) { sheet.settle(); });
      moved();
    }
  });
  map.on("click", function (event) { say({ kind: "clicked", lon: event.latlng.lng, lat: event.latlng.lat }); });
  // A right click has no menu here.
  document.addEventListener("contextmenu", function (event) { event.preventDefault(); });

  new QWebChannel(qt.webChannelTransport, function (channel) {
    desk = channel.objects.desk;
    desk.said.connect(function (words) {
      var told = JSON.parse(words);
      hear[told.kind](told);
    });
    say({ kind: "ready" });
  });
}());
