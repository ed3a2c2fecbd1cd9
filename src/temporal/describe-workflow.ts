import { type Client, type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';

/** How a workflow stands, its memo and search attributes included, without asking a worker; null where there is none. */
export async function describeWorkflow(
  { workflow }: Client,
  workflowId: string,
): Promise<WorkflowExecutionDescription | null> {
  try {
    return await workflow.getHandle(workflowId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
