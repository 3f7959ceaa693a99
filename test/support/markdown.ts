/** What Markdown is drawn as: prettier's parser reads it as GitHub does, bare addresses included. */
import * as prettier from 'prettier';

/** A node of the tree that Markdown is read into: `paragraph`, `link`, `text`. */
export interface Node {
  type: string;
  value?: string;
  children?: Node[];
}

const parser = prettier as unknown as {
  __debug: { parse: (text: string, options: { parser: 'markdown' }) => Promise<{ ast: Node }> };
};

/** The nodes of a text, parents before their children. */
export async function nodesOf(markdown: string): Promise<Node[]> {
  const { ast } = await parser.__debug.parse(markdown, { parser: 'markdown' });
  const open = [ast];
  for (const node of open) open.push(...(node.children ?? []));
  return open;
}

/** Types of what is drawn, each once, in alphabetical order. */
export async function typesOf(markdown: string): Promise<string[]> {
  return [...new Set((await nodesOf(markdown)).map(({ type }) => type))].sort();
}
