// Rows of a fragment where matrix instructions compute 16 x 16 sums.
const FRAGMENT_ROWS = 16u;
