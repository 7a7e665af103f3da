// An invocation computes four neighboring channels. Loads of single numbers are slow on software adapters, so this form
// is taken if the number of channels is a multiple of four.
alias Value = vec4f;
