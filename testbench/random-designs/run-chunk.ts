/** A program of its own for a part of many designs, whose memory is given back at its end: `run-chunk.ts FIRST COUNT`. */
import { agreementOn } from './agreement.ts';

const [first, count] = process.argv.slice(2).map(Number) as [number, number];
console.log(JSON.stringify(await agreementOn(first, count)));
