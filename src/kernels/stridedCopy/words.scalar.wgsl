// An invocation copies one element, whatever its type.
alias Words = u32;
