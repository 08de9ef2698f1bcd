// What surrounds the page being written. Everything here can be done without it, more slowly.
import "./codex.js";
import "./editor-division.js";
import "./notes.js";
import "./studio-chapters.js";
import "./studio-find.js";
import "./studio-pace.js";
import "./studio-side.js";
import "./studio-view.js";
import "./turns.js";
import "./typing.js";
