/court-post-filing-summary/,+3d
