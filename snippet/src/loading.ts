/** Whether the parser is still reading the document. */
export const isLoading = (): boolean => document.readyState === 'loading';
