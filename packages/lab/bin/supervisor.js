// The process that owns the namespaces; the launcher starts it, nobody else.
import "../dist/supervisor.js";
