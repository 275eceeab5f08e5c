import { serve } from "./serve.ts";
import { openWorkbench } from "./workbench.ts";

serve(openWorkbench);
