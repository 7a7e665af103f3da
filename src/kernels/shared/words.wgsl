// One element as it is stored: u32. For kernels that move rows of whole numbers.
alias Stored = u32;
