#!/usr/bin/env node
import { start } from "./start.ts";

// As the sources run; what is shipped begins in shipped.ts.
await start(() => import("./run-program.ts"));
