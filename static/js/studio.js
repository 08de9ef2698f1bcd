// What surrounds the page being written. Everything here can be done without it, more slowly.
import "./codex.js";
import "./editor-mirror.js";
import "./studio-chapters.js";
import "./studio-side.js";
