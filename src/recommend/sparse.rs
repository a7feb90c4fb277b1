//! A sparse matrix by rows.

/// Compressed sparse rows: row `r` is `index[offsets[r]..offsets[r + 1]]` with the values beside it.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct Csr {
    offsets: Vec<usize>,
    index: Vec<u32>,
    value: Vec<f32>,
}

impl Csr {
    /// A matrix from its three arrays; `offsets` has one more entry than there are rows.
    pub(crate) fn from_parts(offsets: Vec<usize>, index: Vec<u32>, value: Vec<f32>) -> Self {
        debug_assert_eq!(offsets.last(), Some(&index.len()));
        debug_assert_eq!(index.len(), value.len());
        Self { offsets, index, value }
    }

    /// A matrix from its rows.
    pub(crate) fn from_rows(rows: &[Vec<(u32, f32)>]) -> Self {
        let offsets = offsets_of(rows.iter().map(Vec::len));
        let entries = || rows.iter().flatten();
        Self::from_parts(offsets, entries().map(|e| e.0).collect(), entries().map(|e| e.1).collect())
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// The number of stored entries.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.index.len()
    }

    /// The stored columns and values of a row.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn row(&self, row: usize) -> (&[u32], &[f32]) {
        let range = self.offsets[row]..self.offsets[row + 1];
        (&self.index[range.clone()], &self.value[range])
    }

    /// The columns of all entries, row by row.
    pub(crate) fn indexes(&self) -> &[u32] {
        &self.index
    }

    /// The values of all entries, row by row.
    pub(crate) fn values(&self) -> &[f32] {
        &self.value
    }

    /// The stored columns of a row, and its values to be changed.
    pub(crate) fn row_mut(&mut self, row: usize) -> (&[u32], &mut [f32]) {
        let range = self.offsets[row]..self.offsets[row + 1];
        (&self.index[range.clone()], &mut self.value[range])
    }

    /// Sets every stored value.
    pub(crate) fn fill(&mut self, value: f32) {
        self.value.fill(value);
    }

    /// The sum of the products of two rows, whose columns must ascend.
    pub(crate) fn dot(&self, a: usize, b: usize) -> f32 {
        let ((columns_a, values_a), (columns_b, values_b)) = (self.row(a), self.row(b));
        let mut sum = 0.0;
        for_common(columns_a, columns_b, |at, there| sum += values_a[at] * values_b[there]);
        sum
    }

    /// The sum of the squares of each column.
    pub(crate) fn column_sums_of_squares(&self, columns: usize) -> Vec<f64> {
        let mut sums = vec![0.0; columns];
        for (&column, &value) in self.index.iter().zip(&self.value) {
            sums[column as usize] += f64::from(value) * f64::from(value);
        }
        sums
    }

    /// The matrix with each column multiplied by its factor.
    pub(crate) fn scale_columns(mut self, factors: &[f32]) -> Self {
        self.value
            .iter_mut()
            .zip(&self.index)
            .for_each(|(value, &column)| *value *= factors[column as usize]);
        self
    }

    /// The matrix turned over; in each new row the old row numbers ascend.
    #[must_use]
    pub fn transpose(&self, columns: usize) -> Self {
        let mut next = vec![0_usize; columns + 1];
        for &column in &self.index {
            next[column as usize + 1] += 1;
        }
        for at in 0..columns {
            next[at + 1] += next[at];
        }
        let offsets = next.clone();
        let (mut index, mut value) = (vec![0; self.index.len()], vec![0.0; self.index.len()]);
        for row in 0..self.rows() {
            let (columns, values) = self.row(row);
            for (&column, &v) in columns.iter().zip(values) {
                let at = &mut next[column as usize];
                (index[*at], value[*at]) = (row as u32, v);
                *at += 1;
            }
        }
        Self::from_parts(offsets, index, value)
    }
}

/// Tells the places in both of what two ascending lists have in common.
pub(crate) fn for_common(a: &[u32], b: &[u32], mut each: impl FnMut(usize, usize)) {
    let (mut at, mut there) = (0, 0);
    while at < a.len() && there < b.len() {
        match a[at].cmp(&b[there]) {
            std::cmp::Ordering::Less => at += 1,
            std::cmp::Ordering::Greater => there += 1,
            std::cmp::Ordering::Equal => {
                each(at, there);
                (at, there) = (at + 1, there + 1);
            }
        }
    }
}

/// Where each row begins, from the lengths of the rows; one entry more than there are rows.
pub(crate) fn offsets_of(lengths: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut offsets = vec![0];
    let mut end = 0;
    offsets.extend(lengths.map(|n| {
        end += n;
        end
    }));
    offsets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_turned_over_twice_is_itself() {
        let matrix = Csr::from_rows(&[vec![(1, 1.0)], vec![(0, 2.0), (2, 3.0)], vec![], vec![(1, 4.0)]]);
        let turned = matrix.transpose(3);
        assert_eq!(turned.row(1), (&[0, 3][..], &[1.0, 4.0][..]));
        assert_eq!(turned.transpose(4), matrix);
    }
}
