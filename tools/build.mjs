// Compiles one project's src/**/*.ts to dist/<same path>.js with swc and copies its .sql and .yaml files beside them.
// Path aliases become relative paths, so dist runs on plain node.
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import swc from '@swc/core';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const project = process.argv[2];
if (!project) {
  console.error('usage: node tools/build.mjs PROJECT_FOLDER');
  process.exit(2);
}

const swcrc = JSON.parse(readFileSync(join(root, '.swcrc'), 'utf8'));
const { paths } = JSON.parse(readFileSync(join(root, 'tsconfig.base.json'), 'utf8')).compilerOptions;
const absolutePaths = Object.fromEntries(
  Object.entries(paths).map(([alias, [target]]) => [alias, [join(root, target).replace(/\.ts$/, '')]]),
);
const options = {
  ...swcrc,
  swcrc: false,
  jsc: { ...swcrc.jsc, baseUrl: root, paths: absolutePaths },
};

const source = join(root, project, 'src');
const target = join(root, 'dist', project, 'src');
rmSync(target, { recursive: true, force: true });
const files = readdirSync(source, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(source, join(entry.parentPath, entry.name)));

for (const file of files) {
  if (file.endsWith('.spec.ts') || file.endsWith('.d.ts')) continue;
  const out = join(target, file);
  mkdirSync(dirname(out), { recursive: true });
  if (!file.endsWith('.ts')) {
    cpSync(join(source, file), out);
    continue;
  }
  const { code, map } = await swc.transformFile(join(source, file), options);
  const js = out.replace(/\.ts$/, '.js');
  writeFileSync(js, `${code}//# sourceMappingURL=${relative(dirname(js), js)}.map\n`);
  writeFileSync(`${js}.map`, map);
}
