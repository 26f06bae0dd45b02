// Package run is one use of a playbook on a case: which steps were reached, what
// became of them, what comes next. It is pure state; the same events give the
// same state, so a run is resumed after a crash by applying its events again.
//
// # How a workflow runs
//
// start, if, while, switch, parallel, end and calls of known playbooks are
// carried out at once; an action waits for a person. Every branch stands in a
// frame. Its end step closes the frame, and when all frames of a branching step
// are closed, that step goes on with its own on_completion or on_success. A
// playbook-action opens a frame on the called playbook with variables of its own:
// in_args and the external variables of the same name go in, out_args come back.
// A called playbook that is not at hand, has another version than the one asked
// for, cannot be run or is running already further up is carried out by hand, as
// if the step were an action.
//
// A condition that cannot be decided (a variable without a value, values that
// cannot be compared, text that is no condition) becomes a decision of a person, who gives a
// reason. So does a while after [MaxIterations] rounds. A switch whose value fits no case takes
// "default", and without one goes on.
//
// # When a step fails
//
// The specification leaves it open (oasis-tcs/cacao issue 10). Here:
//
//   - done goes on by on_success, else by on_completion;
//   - failed goes on by on_failure, else by on_completion; with neither, the
//     branch halts at the step until a person reopens or skips it;
//   - skipped and not applicable go the way of done;
//   - workflow_exception is never taken by itself: the rest of an incident is not
//     dropped because one step failed;
//   - skipping a branching step or a called playbook skips all that is open inside.
//
// delay and timeout are kept in the playbook and shown; nothing waits or fails by
// itself. Whether a mandatory step may be skipped is the case's rule, not the run's.
//
// # Two halves of an event
//
// [Run.Can] refuses with an error that says why; [Run.Apply] never refuses: an
// event that does not fit after a merge changes nothing and is returned as a [Conflict].
package run
