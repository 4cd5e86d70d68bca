import { createReadStream } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Operation } from '../operation';
import type { OpenApiDocument } from './document';

const PAGE: { readonly config: { readonly operation: Operation } } = {
  config: { operation: { permission: 'public', hidden: true, inside: true } },
};

const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};

/**
 * Serves `/docs/<service>/openapi.json` and a readable page at `/docs/<service>`, to those inside alone. The page
 * loads nothing from elsewhere.
 */
export function serveDocs(app: FastifyInstance, service: string, document: () => OpenApiDocument): void {
  const at = `/docs/${service}`;
  const folder = join(dirname(require.resolve('@fastify/swagger-ui/package.json')), 'static');
  app.get(`${at}/openapi.json`, PAGE, (_request, reply) => reply.send(document()));
  app.get(at, PAGE, (_request, reply) =>
    reply
      .header('content-type', 'text/html; charset=utf-8')
      .header(
        'content-security-policy',
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
      )
      .send(page(at, service)),
  );
  app.get(`${at}/start.js`, PAGE, (_request, reply) =>
    reply
      .header('content-type', 'text/javascript; charset=utf-8')
      .send(`SwaggerUIBundle({ url: '${at}/openapi.json', dom_id: '#page', supportedSubmitMethods: [] });`),
  );
  for (const [file, type] of Object.entries(ASSETS)) {
    app.get(`${at}/${file}`, PAGE, (_request, reply) =>
      reply.header('content-type', type).send(createReadStream(join(folder, file))),
    );
  }
}

function page(at: string, service: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tallystick ${service}</title>
<link rel="stylesheet" href="${at}/swagger-ui.css"></head><body><div id="page"></div>
<script src="${at}/swagger-ui-bundle.js"></script><script src="${at}/start.js"></script></body></html>`;
}
