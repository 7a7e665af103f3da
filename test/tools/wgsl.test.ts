/** The layout of WGSL and its `Takes` lines: each rule, on texts that break it. `npm run check` applies them to the kernels. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../tools/setup/process.mjs';
import { format, layoutFaults } from '../../tools/wgsl/format.mjs';
import { takesFaults } from '../../tools/wgsl/takes.mjs';
import { tokenize } from '../../tools/wgsl/tokens.mjs';

const tokens = (text: string) => tokenize(text).map((token) => token.text);

const kernels = new Map(
  readdirSync(join(root, 'src/kernels'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.wgsl'))
    .map((path) => [path.replaceAll('\\', '/'), readFileSync(join(root, 'src/kernels', path), 'utf8')]),
);

describe('the layout of WGSL', () => {
  it.each([
    [
      'indents by open brackets',
      'fn f() {\nif (a) {\ng(\nb,\n);\n}\n}\n',
      'fn f() {\n  if (a) {\n    g(\n      b,\n    );\n  }\n}\n',
    ],
    ['indents what continues a statement', 'fn f() {\nlet a =\nb;\n}\n', 'fn f() {\n  let a =\n    b;\n}\n'],
    [
      'leaves attributes above a function',
      '@compute\n  @workgroup_size(64)\nfn f() {\n}\n',
      '@compute\n@workgroup_size(64)\nfn f() {\n}\n',
    ],
    ['puts spaces around binary operators', 'const a=b*-c+d<<2u;', 'const a = b * -c + d << 2u;\n'],
    [
      'puts none after prefix operators',
      'fn f() {\n  * p = ! a && ~ b < - 1;\n}\n',
      'fn f() {\n  *p = !a && ~b < -1;\n}\n',
    ],
    [
      'tells template lists from comparisons',
      'var < storage,read_write > y : array < vec2 < u32 > > ;',
      'var<storage, read_write> y: array<vec2<u32>>;\n',
    ],
    ['puts spaces after commas and colons', 'fn f( a :u32,b:f32 )->f32 {\n}\n', 'fn f(a: u32, b: f32) -> f32 {\n}\n'],
    ['puts none before calls and indices', 'const a = g (b) [ 1 ] . x;', 'const a = g(b)[1].x;\n'],
    [
      'puts a space after keywords',
      'fn f() {\n  if(a) {\n    return(b);\n  }\n}\n',
      'fn f() {\n  if (a) {\n    return (b);\n  }\n}\n',
    ],
    ['gives each statement a line', 'fn f() { a(); b(); }\n', 'fn f() {\n  a();\n  b();\n}\n'],
    [
      'keeps the head of a loop on one',
      'fn f() {\n  for (var i = 0u;i < 4u;i ++) {\n  }\n}\n',
      'fn f() {\n  for (var i = 0u; i < 4u; i++) {\n  }\n}\n',
    ],
    [
      'keeps a short case on one',
      'switch (a) {\ncase 0u: { return b; }\n}',
      'switch (a) {\n  case 0u: { return b; }\n}\n',
    ],
    [
      'breaks a long case',
      'switch (a) {\ncase 0u: { b(); return; }\n}',
      'switch (a) {\n  case 0u: {\n    b();\n    return;\n  }\n}\n',
    ],
    ['gives each field a line', 'struct S { a: u32, b: f32, }', 'struct S {\n  a: u32,\n  b: f32,\n}\n'],
    ['keeps else beside its bracket', 'if (a) {\n}\nelse {\n}', 'if (a) {\n} else {\n}\n'],
    ['removes blanks at ends of lines', 'const a = 1;  \n// b \n', 'const a = 1;\n// b\n'],
    ['keeps a comment behind its line', 'const a = 1;// b\nconst c = 1;', 'const a = 1; // b\nconst c = 1;\n'],
    [
      'sets functions and structs apart',
      'const a = 1;\n// b\nfn f() {\n}\nconst c = 1;',
      'const a = 1;\n\n// b\nfn f() {\n}\n\nconst c = 1;\n',
    ],
    ['keeps one blank line of several', 'fn f() {\n\n  a();\n\n\n  b();\n\n}\n', 'fn f() {\n  a();\n\n  b();\n}\n'],
    ['ends the file with one line break', 'const a = 1;\n\n\n', 'const a = 1;\n'],
  ])('%s', (_, text, wanted) => {
    expect(layoutFaults(text)).toHaveLength(1);
    expect(format(text)).toBe(wanted);
    expect(layoutFaults(wanted)).toEqual([]);
    expect(tokens(wanted)).toEqual(tokens(text));
  });

  it('keeps the tokens of every kernel, however it was laid out', () => {
    for (const text of kernels.values()) {
      const crowded = text.replace(/\/\/[^\n]*/g, '').replace(/\s+/g, ' ');
      expect(tokens(format(crowded))).toEqual(tokens(crowded));
      expect(format(format(crowded))).toBe(format(crowded));
    }
  });

  it('names the line of a fault, and lines that are too long', () => {
    expect(layoutFaults('const a = 1;\nconst b=1;\n')).toEqual(['line 2 is not formatted: run npm run format']);
    expect(layoutFaults(`// ${'a'.repeat(118)}\n`)).toEqual(['line 1 has 121 columns, 120 is the limit: break it']);
  });

  it('refuses what it cannot read', () => {
    expect(() => format('const a = 1;\n/* b */')).toThrow('line 2: cannot read "/* b */"; comments start with //');
    expect(() => format('fn f() {\nswitch (a) {\ncase 0u: {')).toThrow('line 3: "{" is not closed');
  });
});

describe('the lines that say what WGSL takes', () => {
  const faults = (file: string, others: Record<string, string> = {}) =>
    takesFaults(new Map(Object.entries({ 'a/a.wgsl': file, ...others }))).filter((fault) =>
      fault.startsWith('a/a.wgsl'),
    );
  const sum = { 'shared/sum.wgsl': 'fn sum() {\n}\n' };

  it('name what is used and not declared', () => {
    expect(faults('fn f() {\n  sum();\n}\n', sum)).toEqual(['a/a.wgsl: no line "// Takes:" names sum']);
    expect(faults('// Takes: sum (shared/sum.wgsl).\nfn f() {\n  sum();\n}\n', sum)).toEqual([]);
  });

  it.each([
    ['a constant in an attribute', '@compute @workgroup_size(size)\nfn f() {\n}\n', 'size'],
    ['a type', 'fn f(a: Row) {\n}\n', 'Row'],
    ['a field of the parameters', 'fn f() {\n  a(params.n);\n}\nfn a(b: u32) {\n}\n', 'params.n'],
    ['a variable that another function has', 'fn f() {\n  let a = 1;\n}\nfn g() -> u32 {\n  return a;\n}\n', 'a'],
  ])('name %s', (_, text, name) => expect(faults(text)).toEqual([`a/a.wgsl: no line "// Takes:" names ${name}`]));

  it.each([
    [
      'built-in names',
      'enable subgroups;\nfn f(@builtin(workgroup_id) a: vec3u) -> vec4f {\n  return max(vec4f(), vec4f(a.xyzz));\n}\n',
    ],
    [
      'parameters, variables and members',
      'var<private> b: S;\nstruct S {\n  n: u32,\n}\nfn f(a: S) {\n  let c = a.n;\n  b.n = c;\n}\n',
    ],
    ['fields of own parameters', 'struct Params {\n  n: u32,\n}\nvar<uniform> params: Params;\nconst a = params.n;\n'],
  ])('leave out %s', (_, text) => expect(faults(text)).toEqual([]));

  it('have nothing that is not used', () => {
    expect(faults('// Takes: sum (shared/sum.wgsl).\n', sum)).toEqual([
      'a/a.wgsl: takes sum, which it does not use or has itself',
    ]);
  });

  it('have each name once', () => {
    const text = '// Takes: sum (shared/sum.wgsl).\n// Takes: sum (the kernel).\nconst a = sum();\n';
    expect(faults(text, sum)).toEqual(['a/a.wgsl: takes sum twice']);
  });

  it('say where a name is declared', () => {
    const from = (giver: string, others: Record<string, string>) =>
      faults(`// Takes: sum (${giver}).\nconst a = sum();\n`, others);
    const two = { 'shared/sum.f32.wgsl': 'fn sum() {\n}\n', 'shared/sum.f16.wgsl': 'fn add() {\n}\n' };
    expect(from('shared/sum.wgsl', {})).toEqual([
      'a/a.wgsl: takes sum from shared/sum.wgsl, which is no file in src/kernels',
    ]);
    expect(from('the kernel', {})).toEqual(['a/a.wgsl: takes sum from the kernel, but no kernel has it']);
    expect(from('the kernel', sum)).toEqual([]);
    expect(from('shared/sum.f32.wgsl', two)).toEqual([]);
    expect(from('shared/sum.*.wgsl', two)).toEqual([
      'a/a.wgsl: takes sum from shared/sum.*.wgsl, but shared/sum.f16.wgsl does not have it',
    ]);
  });

  it('have one form, in the first comment', () => {
    const [fault] = faults('// Takes: sum from shared/sum.wgsl\nconst a = sum();\n', sum);
    expect(fault).toMatch(/^a\/a.wgsl: cannot read .*; write \/\/ Takes: a, b \(file.wgsl\); c \(the kernel\)\.$/);
    expect(faults('const a = sum();\n// Takes: sum (shared/sum.wgsl).\n', sum)).toHaveLength(1);
  });
});
