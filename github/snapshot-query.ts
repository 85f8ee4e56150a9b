/**
 * GraphQL documents for issue snapshots. A query costs (requests for its connections) / 100 points: reading an issue with
 * 100 comments opens 6 connections and one of reactions for each comment, about one point; the pulse of 100 plan
 * comments opens 100, one point. (GitHub: "Rate limits and query limits for the GraphQL API".)
 */
const person = "__typename login ... on User { databaseId } ... on Bot { databaseId }";

// GitHub types `user` as User, but answers with apps as well.
const reaction = "content createdAt user { __typename login databaseId }";

const reactions = `reactions(first: 100, orderBy: {field: CREATED_AT, direction: DESC}) {
  pageInfo { hasNextPage endCursor }
  nodes { ${reaction} }
}`;

const comment = `
  id fullDatabaseId url body createdAt lastEditedAt editor { ${person} } author { ${person} }
  viewerDidAuthor isMinimized ${reactions}`;

const rateLimit = "rateLimit { cost remaining resetAt }";

/** One issue with everything the rules look at; further pages of comments by {@link commentsQuery}. */
export const issueQuery = `query IssueSnapshot($owner: String!, $name: String!, $number: Int!) {
  ${rateLimit}
  viewer { login databaseId }
  repository(owner: $owner, name: $name, followRenames: true) {
    databaseId nameWithOwner isPrivate isArchived
    defaultBranchRef { name target { oid } }
    issue(number: $number) {
      id fullDatabaseId number url title body state createdAt author { ${person} }
      labels(first: 100) { nodes { name } }
      timelineItems(itemTypes: [LABELED_EVENT], last: 100) {
        nodes { ... on LabeledEvent { createdAt label { name } actor { ${person} } } }
      }
      closings: timelineItems(itemTypes: [CLOSED_EVENT], last: 1) { nodes { ... on ClosedEvent { createdAt } } }
      ${reactions}
      comments(first: 100) { pageInfo { hasNextPage endCursor } nodes { ${comment} } }
    }
  }
}`;

/** The next page of an issue's comments. */
export const commentsQuery = `query IssueComments($id: ID!, $after: String!) {
  ${rateLimit}
  node(id: $id) {
    ... on Issue { comments(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { ${comment} } } }
  }
}`;

/** The next page of the reactions on a comment or issue. */
export const reactionsQuery = `query Reactions($id: ID!, $after: String!) {
  ${rateLimit}
  node(id: $id) {
    ... on Reactable {
      reactions(first: 100, after: $after, orderBy: {field: CREATED_AT, direction: DESC}) {
        pageInfo { hasNextPage endCursor }
        nodes { ${reaction} }
      }
    }
  }
}`;

/** What can change on up to 100 plan comments without changing their issues' time stamps. */
export const pulseQuery = `query PlanPulse($ids: [ID!]!) {
  ${rateLimit}
  nodes(ids: $ids) {
    ... on IssueComment {
      id fullDatabaseId body lastEditedAt editor { ${person} } isMinimized
      reactions(content: THUMBS_UP, first: 100, orderBy: {field: CREATED_AT, direction: DESC}) {
        pageInfo { hasNextPage endCursor }
        nodes { ${reaction} }
      }
    }
  }
}`;

/** Hides a superseded or doubled comment. */
export const minimizeMutation = `mutation MinimizeComment($id: ID!) {
  minimizeComment(input: {subjectId: $id, classifier: OUTDATED}) { minimizedComment { isMinimized } }
}`;
