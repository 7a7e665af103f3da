// Returns the index of a workgroup in a dispatch that was folded over x and y (grid.ts, splitGrid).
fn workgroupIndex(workgroup: vec3u, workgroups: vec3u) -> u32 {
  return workgroup.y * workgroups.x + workgroup.x;
}
