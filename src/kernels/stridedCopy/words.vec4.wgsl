// An invocation copies four neighboring elements.
alias Words = vec4u;
