import type { Site } from '../source/site.ts';
import { verilogKeywords } from '../verilog/keywords.ts';
import { fatal } from './report.ts';

/** @throws ElaborationError for what can't name a Verilog module */
export function checkModuleName(name: string, site: Site): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw fatal(
      'N001',
      site,
      `"${name}" can't name a Verilog module`,
      'use letters, digits and _, not starting with a digit',
    );
  }
  if (verilogKeywords.includes(name)) {
    throw fatal('N001', site, `"${name}" can't name a module: it is a Verilog keyword`, 'choose another name');
  }
}
