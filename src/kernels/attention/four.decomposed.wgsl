// Decomposed bias of a query with a lane's four keys. The keys are neighbors in one row of the grid, so the bias is a
// number for that row plus a vec4.
// Takes: biasAt, biasesAt (the kernel); params.slotWidth, params.biasHeight (attention/params.wgsl).
struct FourKeys {
  y: u32,
  x: u32,
}

fn fourKeys(slot: vec4u, token: vec4u) -> FourKeys {
  return FourKeys(slot.x / params.slotWidth, slot.x % params.slotWidth);
}

fn biasOfFour(head: u32, query: vec2u, keys: FourKeys) -> vec4f {
  return biasAt(query.x + min(keys.y, params.biasHeight - 1u)) + biasesAt(query.y + keys.x);
}
