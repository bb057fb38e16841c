/**
 * Strongly connected components of a graph, each after all it points to (Tarjan, without recursion: a chain of plugins may
 * be long). Nodes and edges are taken in the order given.
 */
export function strongComponents(
  count: number,
  edges: (node: number) => readonly number[],
): readonly (readonly number[])[] {
  const index = new Array<number>(count).fill(-1);
  const low = new Array<number>(count).fill(0);
  const onStack = new Array<boolean>(count).fill(false);
  const stack: number[] = [];
  const components: number[][] = [];
  let next = 0;
  const enter = (node: number): { node: number; targets: readonly number[]; at: number } => {
    index[node] = low[node] = next++;
    stack.push(node);
    onStack[node] = true;
    return { node, targets: edges(node), at: 0 };
  };
  for (let root = 0; root < count; root++) {
    if (index[root] !== -1) continue;
    const calls = [enter(root)];
    for (let call = calls.at(-1); call !== undefined; call = calls.at(-1)) {
      const { node } = call;
      const target = call.targets[call.at++];
      if (target === undefined) {
        calls.pop();
        const parent = calls.at(-1)?.node;
        if (parent !== undefined) low[parent] = Math.min(low[parent] as number, low[node] as number);
        if (low[node] === index[node]) components.push(pop(stack, onStack, node));
      } else if (index[target] === -1) calls.push(enter(target));
      else if (onStack[target]) low[node] = Math.min(low[node] as number, index[target] as number);
    }
  }
  return components;
}

function pop(stack: number[], onStack: boolean[], until: number): number[] {
  const component = stack.splice(stack.lastIndexOf(until));
  for (const node of component) onStack[node] = false;
  return component.sort((a, b) => a - b);
}
