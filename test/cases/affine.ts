export { unaryCases as affineCases } from './unary.ts';
