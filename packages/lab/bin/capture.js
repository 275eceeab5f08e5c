// Writes down the packets of the namespace it is started in; `netproof lab capture` starts it.
import "../dist/capture.js";
