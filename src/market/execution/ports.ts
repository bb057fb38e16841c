/** What events and executions need of the world. */
// biome-ignore lint/suspicious/noEmptyInterface: grows with the first use case
export interface ExecutionPorts {}
