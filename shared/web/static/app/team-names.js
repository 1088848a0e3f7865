// Names of projects. No operation for members gives one yet; what they see of a
// client's view does.
import { Problem, get, path } from './api.js';

const known = new Map();

// keepName remembers the name of a project that was read elsewhere.
export function keepName(project, name) {
  known.set(project, name);
}

// nameOf is the name of a project, by the view of one of its clients where it was
// not read elsewhere.
export async function nameOf(project, people, signal) {
  const client = people.find((p) => p.kind === 'client' && p.invitation?.state !== 'removed');
  if (!known.has(project) && client) {
    try {
      keepName(project, (await get(path`/portal/projects/${project}`, { as: client.person }, signal)).body.name);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem; // a client who may not see it now: no name
    }
  }
  return known.get(project) ?? 'Project';
}
