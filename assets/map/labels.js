"use strict";
// Plates with names. Text goes in as text, whatever is in it; where each plate lies was decided by the desk.

linepack.labels = { rows: [] };

(function (labels) {
  labels.pane = linepack.map.createPane("plates");
  labels.pane.style.zIndex = "205";
  labels.pane.style.pointerEvents = "none";

  function plate(row) {
    var made = document.createElement("div");
    made.className = "plate " + row[6];
    made.style.minWidth = row[4] + "px";
    made.style.height = row[5] + "px";
    if (row[8]) {
      made.className += " badged";
      var badge = document.createElement("div");
      badge.className = "badge";
      badge.textContent = row[8];
      made.appendChild(badge);
    }
    row[7].forEach(function (line, index) {
      var part = document.createElement("div");
      part.className = index === 0 ? "name" : "note";
      part.textContent = line;
      made.appendChild(part);
    });
    return made;
  }

  labels.show = function (rows) {
    labels.rows = rows;
    labels.pane.replaceChildren.apply(labels.pane, rows.map(plate));
    labels.settle();
  };

  labels.settle = function () {
    var frame = linepack.frame(null);
    labels.rows.forEach(function (row, index) {
      var x = row[0] * frame.world - frame.left + row[2], y = row[1] * frame.world - frame.top + row[3];
      L.DomUtil.setPosition(labels.pane.children[index], L.point(Math.round(x), Math.round(y)));
    });
  };

  linepack.map.on("viewreset zoomend moveend", labels.settle);
}(linepack.labels));
