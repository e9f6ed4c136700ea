import { describe, expect, test } from 'vitest';
import { isAtLeast, versionIn } from '../../sim/machine/version-number.ts';

describe('versionIn', () => {
  test.each([
    ['Verilator 5.006 2023-01-22 rev (Debian 5.006-3)', '5.006'],
    ['g++ (Ubuntu 11.4.0-1ubuntu1~22.04) 11.4.0', '11.4.0'],
    ['Yosys 0.23 (git sha1 7ce5011c24b)', '0.23'],
    ['Icarus Verilog version 11.0 (stable) ()', '11.0'],
    ['no number here, not even 7', undefined],
  ])('%s', (text, version) => {
    expect(versionIn(text)).toBe(version);
  });
});

describe('isAtLeast', () => {
  test.each([
    ['5.006', '5.0', true],
    ['4.228', '5.0', false],
    ['0.23', '0.9', true],
    ['0.9', '0.23', false],
    ['12', '12.0.0', true],
    ['11.9.9', '12', false],
    ['4.3', '4.3', true],
  ])('%s against %s: %s', (version, minimum, expected) => {
    expect(isAtLeast(version, minimum)).toBe(expected);
  });
});
